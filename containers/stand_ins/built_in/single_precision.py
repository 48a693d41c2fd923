"""Which numbers single precision (float32) holds: in it the built-in algorithms train."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

BEYOND = "beyond single precision (float32)"
_LARGEST = np.finfo(np.float32).max


class Place(NamedTuple):
    """Row and column of a number, each from 1."""

    row: int
    column: int


def first_beyond(table: NDArray[Any]) -> Place | None:
    """The first number of a table that is finite and too large for single precision."""
    places = np.argwhere(np.isfinite(table) & (np.abs(table) > _LARGEST))
    return Place(*(int(each) + 1 for each in places[0])) if len(places) else None
