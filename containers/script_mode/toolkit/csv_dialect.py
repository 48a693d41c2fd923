"""The one dialect in which CSV is read and written here, which is the managed image's.

Commas, quotes only around a cell that needs them and doubled within one, a line feed after each row. A row
that is read may end with CRLF too.
"""

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

_SPECIAL = re.compile(r'[,"\r\n]')


def read(text: str) -> list[list[str]]:
    """The rows of a text; refuses (csv.Error) a quote that nothing closes or that something follows."""
    return list(csv.reader(io.StringIO(text), strict=True))


def write(rows: Iterable[Iterable[Any]]) -> str:
    """The text of rows; a cell is what `str` makes of it, None is empty."""
    # csv.writer quotes a carriage return in some versions of Python only.
    return "".join(_line(["" if cell is None else str(cell) for cell in row]) for row in rows)


def _line(cells: list[str]) -> str:
    if cells == [""]:
        return '""\n'
    return ",".join(map(_quoted, cells)) + "\n"


def _quoted(cell: str) -> str:
    if not _SPECIAL.search(cell):
        return cell
    return '"' + cell.replace('"', '""') + '"'
