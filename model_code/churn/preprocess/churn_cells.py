"""Tables from the text of a cell to what becomes of it, so that text seen before costs one look-up."""

import math
from collections.abc import Callable, Sequence

from hop_request import RequestError, finite

# What callers send must not fill the memory: so many texts a table, of at most so many characters.
ENTRIES = 8192
LONGEST = 24


class NumberTable[Value](dict[str, Value]):
    """A numeric column: `make` applied to the cell's number, or to the median when the cell is empty.

    Refuses (422) what is not a finite number.
    """

    def __init__(self, column: str, median: float, make: Callable[[float], Value]) -> None:
        self._column = column
        self._missing = make(median)
        self._make = make

    def __missing__(self, cell: str) -> Value:
        if not cell:
            return self._missing
        number = finite(cell)
        if number is None:
            raise not_a_number(self._column)
        value = self._make(number)
        if len(cell) <= LONGEST:
            if len(self) >= ENTRIES:
                self.clear()
            self[cell] = value
        return value


class CategoryTable(dict[str, str]):
    """A categorical column: the rendered one-hot block of each category, zeros for one never seen."""

    def __init__(self, categories: Sequence[str]) -> None:
        for one in categories:
            self[one] = ",".join("1" if other == one else "0" for other in categories)
        self._unknown = ",".join("0" for _ in categories)

    def __missing__(self, cell: str) -> str:
        return self._unknown


def standardized(number: float, mean: float, scale: float, column: str) -> str:
    """The shortest text that reads back as the same float64."""
    value = (number - mean) / scale
    if not math.isfinite(value):
        raise not_a_number(column)
    return repr(value)


def not_a_number(column: str) -> RequestError:
    return RequestError(422, f'column "{column}" is not a finite number')
