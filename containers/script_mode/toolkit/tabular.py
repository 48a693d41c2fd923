"""Numbers as CSV text: read strictly and fast, wherever a container takes them."""

import io
import re
import struct

import numpy as np
import orjson
from numpy.typing import NDArray

from .errors import CallerProblem

# Every JSON value but a number holds one of these; `in` finds each faster than a loop over the characters.
_NO_NUMBER = (b'"', b"[", b"{", b"u", b"f", b" ", b"\t", b"\r")
# Python and numpy count some of them as white space, each others.
_FOREIGN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xff]")
_EMPTY_CELL = re.compile(rb"(?:(?<=,)|^)[ \t]*(?=,|\r?$)", re.MULTILINE)
NUMBER = re.compile(
    rb"\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)\s*", re.IGNORECASE | re.ASCII
)


class MalformedCsv(CallerProblem):
    """Text that is not a table of numbers; the message names row and column (from 1), not the content."""

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
    plain = _load_plain(text)
    if plain is not None:
        return plain
    if foreign := _FOREIGN.search(text):
        line = text.rfind(b"\n", 0, foreign.start()) + 1
        row, column = text.count(b"\n", 0, line), text.count(b",", line, foreign.start())
        raise MalformedCsv(f"Row {first_row + row}, column {column + 1}: not a number.")
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


def _load_plain(text: bytes) -> NDArray[np.float64] | None:
    """The table of a text whose every cell is a JSON number too, as good as all are; None for any other.

    A JSON parser reads numbers in half the time that numpy's reader takes.
    """
    if any(mark in text for mark in _NO_NUMBER):
        return None
    try:
        # What marks the ends of the rows can be nothing in the text itself.
        cells = orjson.loads(b"[" + text.replace(b"\n", b",null,") + b"]")
    except ValueError:
        return None
    rows = text.count(b"\n") + 1
    width = cells.index(None) if rows > 1 else len(cells)
    if len(cells) != rows * (width + 1) - 1 or cells[width :: width + 1].count(None) != rows - 1:
        return None
    del cells[width :: width + 1]
    table = np.empty((rows, width))
    struct.pack_into(f"{rows * width}d", table, 0, *cells)
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
            if not NUMBER.fullmatch(cell):
                return MalformedCsv(f"Row {row}, column {column}: not a number.")
        width = width or len(cells)
        if len(cells) != width:
            return MalformedCsv(f"Row {row} has {len(cells)} columns, the rows before it {width}.")
    return MalformedCsv("The body is not a table of numbers.")
