"""A report as one HTML page, complete in itself: nothing is loaded."""

from collections.abc import Iterable, Sequence
from html import escape

_STYLE = """\
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem;
       color: #1d2733; background: #fff }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin: 1.5rem 0 .3rem }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 2rem }
figure { margin: 0 } figure h2 { margin-top: 0 } figcaption { color: #566; font-size: .85rem }
table { border-collapse: collapse } th, td { padding: .4rem .8rem; text-align: right; font-weight: normal }
th { color: #566 } thead th { border-bottom: 1px solid #e3e7eb }
.cell { font-size: 1.2rem; border: 1px solid #fff; min-width: 6rem }
.cell small { display: block; font-size: .75rem }
svg { width: 100%; height: auto } svg text { font-size: 11px; fill: #566 } .grid { stroke: #e3e7eb }
"""


def page(title: str, heading: str, body: str, style: str = "") -> str:
    """The page; `heading` is text, `body` HTML, and `style` CSS beside what every report has."""
    return f"""\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{escape(title)}</title>
<style>
{_STYLE}{style}</style>
<h1>{escape(heading)}</h1>
{body.removesuffix(chr(10))}
</html>
"""


def grid(figures: Iterable[str]) -> str:
    """Figures side by side where there is room."""
    return f"<main>\n{''.join(figures)}</main>\n"


def figure(content: str, caption: str, title: str | None = None) -> str:
    """A chart or a table of HTML with its caption, which is HTML, too."""
    head = "" if title is None else f"<h2>{escape(title)}</h2>\n"
    return f"<figure>\n{head}{content}\n<figcaption>{caption}</figcaption>\n</figure>\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of texts; the first cell of a row names it where the first cell of the head is empty."""

    def row(cells: Sequence[str]) -> str:
        first = f'<th scope="row">{escape(cells[0])}</th>' if not head[0] else f"<td>{escape(cells[0])}</td>"
        return f"<tr>{first}{''.join(f'<td>{escape(cell)}</td>' for cell in cells[1:])}</tr>"

    names = "".join(f'<th scope="col">{escape(name)}</th>' if name else "<td></td>" for name in head)
    body = "\n".join(map(row, rows))
    return f"<table>\n<thead><tr>{names}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def confusion_matrix(names: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """Counts by observed class (rows) and predicted class, each shaded by its share of the observed class."""
    head = "".join(f'<th scope="col">predicted: {escape(name)}</th>' for name in names)
    rows = [
        f'<tr><th scope="row">observed: {escape(name)}</th>'
        + "".join(_shaded(count, sum(row)) for count in row)
        + "</tr>"
        for name, row in zip(names, counts, strict=True)
    ]
    return "<table>\n" + "\n".join([f"<tr><td></td>{head}</tr>", *rows]) + "\n</table>"


def _shaded(count: int, total: int) -> str:
    share = count / total if total else 0.0
    return (
        f'<td class="cell" style="background:rgb(31 111 178 / {0.08 + 0.6 * share:.2f})">'
        f"{count}<small>{share:.1%}</small></td>"
    )
