"""Numbers as CSV text: read strictly and fast, wherever a container takes them."""

import io
import re

import numpy as np
from numpy.typing import NDArray

from .errors import CallerProblem

_EMPTY_CELL = re.compile(rb"(?:(?<=,)|^)[ \t]*(?=,|\r?$)", re.MULTILINE)
_NUMBER = re.compile(
    rb"\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)\s*", re.IGNORECASE | re.ASCII
)


class MalformedCsv(CallerProblem):
    """Text that is no table of numbers; the message names row and column (from 1) and repeats no content."""

    def __init__(self, message: str) -> None:
        super().__init__(400, message)


def parse(text: bytes, first_row: int = 1) -> NDArray[np.float64]:
    """A header-less, comma-separated table of numbers as an array of rows by columns, in double precision.

    An empty cell is NaN, as is the word `nan`. Refuses anything else that is not a number, rows of unequal
    length and blank lines between rows with MalformedCsv. Leading and trailing white space is ignored.
    `first_row` is the number that messages give to the first row, for a text that is a piece of a larger one.
    """
    text = text.strip()
    if not text:
        raise MalformedCsv("The body has no rows.")
    try:
        table = _load(text)
    except ValueError:
        # Empty cells are rare in what passes between containers, so they cost a second pass.
        filled = _EMPTY_CELL.sub(b"nan", text)
        try:
            table = _load(filled)
        except ValueError:
            raise _complaint(filled, first_row) from None
    if len(table) != text.count(b"\n") + 1:
        raise _complaint(text, first_row)
    return table


def _load(text: bytes) -> NDArray[np.float64]:
    return np.loadtxt(io.BytesIO(text), dtype=np.float64, delimiter=",", comments=None, ndmin=2)


def _complaint(text: bytes, first_row: int) -> MalformedCsv:
    width = 0
    for row, line in enumerate(text.split(b"\n"), start=first_row):
        cells = line.split(b",")
        if not line.strip():
            return MalformedCsv(f"Row {row} is empty.")
        for column, cell in enumerate(cells, start=1):
            if not _NUMBER.fullmatch(cell):
                return MalformedCsv(f"Row {row}, column {column}: not a number.")
        width = width or len(cells)
        if len(cells) != width:
            return MalformedCsv(f"Row {row} has {len(cells)} columns, the rows before it {width}.")
    return MalformedCsv("The body is not a table of numbers.")
