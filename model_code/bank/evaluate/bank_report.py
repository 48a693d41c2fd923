"""One page, complete in itself: the model beside the workshop's, by what the clients did."""

from collections.abc import Mapping
from typing import Any

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem;
       color: #1d2733; background: #fff }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin: 0 0 .3rem }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 2rem }
section { margin: 0 } p { color: #566; font-size: .9rem }
table { border-collapse: collapse } th, td { padding: .45rem .8rem; text-align: right; font-weight: normal }
th { color: #566 } .cell { font-size: 1.2rem; border: 1px solid #fff; min-width: 6rem }
.cell small { display: block; font-size: .75rem }
"""
METRICS = ("auc", "accuracy", "precision", "recall", "f1")


def page(evaluation: Mapping[str, Any]) -> str:
    """The report of an evaluation as HTML."""
    models = {"The model": evaluation}
    if "baseline" in evaluation:
        models["The workshop's features and settings"] = evaluation["baseline"]
    split = "" if evaluation.get("split") is None else f", split {evaluation['split']}"
    return f"""\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Bank: evaluation</title>
<style>{_STYLE}</style>
<h1>Bank: {evaluation["rows"]} clients of the test part{split}</h1>
{_figures(models)}
<p>A client is called a yes above a score of 0.5. Few say yes, so that accuracy is close to that of a constant
no; the area under the ROC curve (auc) tells how well the scores put the clients into an order.</p>
<main>
{"".join(_section(title, one) for title, one in models.items())}</main>
</html>
"""


def _figures(models: Mapping[str, Mapping[str, Any]]) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in METRICS)
    rows = [
        f'<tr><th scope="row">{title}</th>{"".join(f"<td>{one[name]:.3f}</td>" for name in METRICS)}</tr>'
        for title, one in models.items()
    ]
    return f"<table>\n<tr><td></td>{head}</tr>\n" + "\n".join(rows) + "\n</table>"


def _section(title: str, evaluation: Mapping[str, Any]) -> str:
    confusion, shares = evaluation["confusion"], evaluation["by_observed"]
    rows = [
        f'<tr><th scope="row">observed: {observed}</th>'
        + "".join(
            _cell(confusion[name], shares[observed][said])
            for said, name in zip(("no", "yes"), names, strict=True)
        )
        + "</tr>"
        for observed, names in (("no", ("tn", "fp")), ("yes", ("fn", "tp")))
    ]
    head = '<tr><td></td><th scope="col">said: no</th><th scope="col">said: yes</th></tr>'
    return f"<section>\n<h2>{title}</h2>\n<table>\n{head}\n" + "\n".join(rows) + "\n</table>\n</section>\n"


def _cell(count: int, share: float) -> str:
    """A count, and its share of the observed class, by which it is shaded."""
    return (
        f'<td class="cell" style="background:rgb(31 111 178 / {0.08 + 0.6 * share:.2f})">'
        f"{count}<small>{share:.1%}</small></td>"
    )
