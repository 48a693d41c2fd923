"""Markdown that a value cannot break: code spans, table cells, tables."""

import re
from collections.abc import Iterable, Sequence

NOTHING = "—"

_BACKTICKS = re.compile("`+")


def code(text: str) -> str:
    """The text as code, for a table cell too. Invisible and direction-changing characters show as escapes."""
    visible = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)
    if not visible.strip() or visible != visible.strip():
        visible = f'"{visible}"'
    if "|" not in visible:
        fence = "`" * (max(map(len, _BACKTICKS.findall(visible)), default=0) + 1)
        space = " " if visible.startswith("`") or visible.endswith("`") else ""
        return f"{fence}{space}{visible}{space}{fence}"
    # Entities need no escape of the table's own, which would read differently after a backslash.
    escaped = "".join(one if one.isalnum() or one == " " else f"&#{ord(one)};" for one in visible)
    return f"<code>{escaped}</code>"


def codes(texts: Iterable[str]) -> str:
    return ", ".join(map(code, texts))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table of finished cells; none without rows."""
    lines = [_line(row) for row in rows]
    return [_line(header), _line(["---"] * len(header)), *lines] if lines else []


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
