"""How numeric columns go together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from column_types import NUMERIC
from column_values import ColumnValues, Numbers

MATRIX_COLUMNS = 20
REDUNDANT = 0.95
_MOST_PAIRS = 50


@dataclass(frozen=True)
class Correlations:
    """Pearson's correlation of numeric columns: a matrix, rounded to three digits, and redundant pairs."""

    columns: Sequence[str]
    matrix: Sequence[Sequence[float]]
    redundant: Sequence[tuple[str, str, float]]


def correlations(columns: Sequence[ColumnValues], powers: Sequence[float]) -> Correlations:
    """Of the numeric columns that vary; a missing number counts as the mean.

    The matrix has the 20 columns with the most prediction power, in the file's order. Redundant are pairs
    from .95 on, the closest 50.
    """
    kept = [
        (column, power)
        for column, power in zip(columns, powers, strict=True)
        if column.type == NUMERIC and _varies(column.numbers)
    ]
    if not kept:
        return Correlations([], [], [])
    matrix = _pearson(np.column_stack([_standardized(column.numbers) for column, _ in kept]))
    first = sorted(sorted(range(len(kept)), key=lambda one: -kept[one][1])[:MATRIX_COLUMNS])
    names = [column.name for column, _ in kept]
    return Correlations(
        [names[one] for one in first],
        [[round(float(matrix[one, other]), 3) for other in first] for one in first],
        _redundant(names, matrix),
    )


def _redundant(names: Sequence[str], matrix: Numbers) -> list[tuple[str, str, float]]:
    one, other = np.nonzero(np.triu(np.abs(matrix) >= REDUNDANT, k=1))
    pairs = [
        (names[i], names[j], round(float(matrix[i, j]), 3))
        for i, j in zip(one.tolist(), other.tolist(), strict=True)
    ]
    return sorted(pairs, key=lambda pair: -abs(pair[2]))[:_MOST_PAIRS]


def _varies(numbers: Numbers) -> bool:
    return bool(np.nanmin(numbers) < np.nanmax(numbers))


def _standardized(numbers: Numbers) -> Numbers:
    # First to [-1, 1], so that squares of the largest numbers are numbers.
    scaled = numbers / np.nanmax(np.abs(numbers))
    centered = np.where(np.isnan(scaled), 0.0, scaled - np.nanmean(scaled))
    return centered / (np.sqrt(np.sum(centered**2)) or 1.0)


def _pearson(standardized: Numbers) -> Numbers:
    return np.clip(standardized.T @ standardized, -1, 1)
