"""Pieces of HTML for cells of Markdown, in which no text of a table is taken for markup or a formula."""

import base64
from collections.abc import Iterable, Sequence
from html import escape

import report_page

_LONGEST = 60
_PLAIN = frozenset(" .,;:%()'-+/?!")
# What a notebook takes for a formula, within HTML too.
_FORMULAS = str.maketrans({"$": "&#36;", "\\": "&#92;"})


def shown(text: str) -> str:
    """The text as Markdown that shows it, whatever it is."""
    return "".join(letter if letter.isalnum() or letter in _PLAIN else f"&#{ord(letter)};" for letter in text)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of texts; the first cell of a row names it where the first cell of the head is empty."""
    texts = [[*map(str, row)] for row in rows]
    return report_page.table([*map(str, head)], texts).translate(_FORMULAS)


def alert(severity: str, heading: str, text: str) -> str:
    """A box in the color of its severity, `high` or `low`."""
    kind = {"high": "warning", "low": "info"}[severity]
    return f'<div class="alert alert-{kind}"><strong>{shown(heading)}</strong><br>{shown(text)}</div>'


def image(svg: str, style: str, about: str, width: int) -> str:
    """A chart as an image: a notebook shows no SVG that stands in its text."""
    lone = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    styled = lone.replace(">", f"><style>{style}</style>", 1)
    data = base64.b64encode(styled.encode()).decode()
    text = escape(about).translate(_FORMULAS)
    return f'<img width="{width}" alt="{text}" src="data:image/svg+xml;base64,{data}">'


def section(name: str, *parts: str) -> str:
    """A heading and paragraphs."""
    return joined(f"## {name}", *parts)


def joined(*parts: str) -> str:
    return "\n\n".join(parts)


def cut(text: str) -> str:
    """As much of a cell or a name as a table shows."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def counted(first: int, total: int) -> str:
    """How many of all are shown, at the beginning of a sentence."""
    return f"All {total}" if first == total else f"{first} of {total}"
