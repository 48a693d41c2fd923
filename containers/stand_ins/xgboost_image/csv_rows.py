"""The CSV of a request, refused wherever the managed image refuses it."""

import re
from collections.abc import Iterator

import numpy as np
from toolkit import tabular
from toolkit.errors import CallerProblem

from . import content
from .booster import Table
from .pieces import pieces

# The image takes an empty cell for a missing value, and fails on one of blanks.
_BLANK_CELL = re.compile(rb"(?:^|,)[ \t\r]+(?=,|$)", re.MULTILINE)


def tables(text: bytes) -> Iterator[Table]:
    """The rows in single precision, as tables of one width; an empty cell is NaN.

    Refuses with 415 what is not CSV of numbers, and rows of unequal length.
    """
    row, width = 1, 0
    try:
        delimiter = content.delimiter(text)
        for piece in pieces(text):
            table = _table(content.with_commas(piece, delimiter), row)
            if width and table.shape[1] != width:
                raise CallerProblem(
                    415, f"Row {row} has {table.shape[1]} columns, the rows before it {width}."
                )
            yield table
            row, width = row + len(table), table.shape[1]
    except content.UnsupportedContent as error:
        raise CallerProblem(415, f"The body is not CSV of numbers. {error}") from None


def _table(text: bytes, row: int) -> Table:
    if (b" " in text or b"\t" in text or b"\r" in text) and (blank := _BLANK_CELL.search(text)):
        at = row + text.count(b"\n", 0, blank.start() + 1)
        raise CallerProblem(415, f"The body is not CSV of numbers. Row {at} has a cell of blanks.")
    try:
        table = tabular.parse(text, row)
    except tabular.MalformedCsv as error:
        raise CallerProblem(415, f"The body is not CSV of numbers. {error}") from None
    if len(table) != text.count(b"\n") + 1:
        raise CallerProblem(415, f"The body is not CSV of numbers. A row after row {row - 1} is empty.")
    with np.errstate(over="ignore"):
        return table.astype(np.float32)
