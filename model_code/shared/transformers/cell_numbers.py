"""Cells of a numeric column as numbers."""

import math
from collections.abc import Sequence

import numpy as np
from automl_cells import plain
from hop_request import RequestError, finite
from transformer import Matrix

_PLAIN = str.maketrans("", "", "0123456789+-.eE")


def number(cell: str, column: str) -> float:
    """The number that a cell spells, NaN for one without a value (`automl_cells.plain`); refuses (422) any
    other."""
    value = finite(cell)
    if value is not None:
        return value
    if not (cell := plain(cell)):
        return math.nan
    value = finite(cell)
    if value is None:
        raise RequestError(422, f'column "{column}" is not a number')
    return value


def numbers(cells: Sequence[str], column: str) -> Matrix:
    """The same of a whole column."""
    values = _of_plain(cells)
    return np.array([number(cell, column) for cell in cells]) if values is None else values


def _of_plain(cells: Sequence[str]) -> Matrix | None:
    """The numbers when nothing is unusual, without a look at each: None when one is refused or may be."""
    if "".join(cells).translate(_PLAIN):
        return None
    try:
        # With no other characters than these, Python's numbers are those that `number` takes.
        values = np.array([float(cell) if cell else math.nan for cell in cells])
    except ValueError:
        return None
    return None if np.isinf(values).any() else values
