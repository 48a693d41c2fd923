"""Rows that are there twice, and rows that are unlike all others."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from column_statistics import robust_deviation
from column_types import CONSTANT
from column_values import ColumnValues, Numbers
from sklearn.ensemble import IsolationForest

SHOWN = 10
_FARTHEST = 1e6


@dataclass(frozen=True)
class DuplicateRows:
    """How many rows repeat an earlier one in all cells, and the most frequent ones with their counts."""

    count: int
    most_frequent: Sequence[tuple[int, Sequence[str]]]


def duplicate_rows(rows: Sequence[Sequence[str]]) -> DuplicateRows:
    counts = Counter(map(tuple, rows))
    repeated = [(count, row) for row, count in counts.most_common(SHOWN) if count > 1]
    return DuplicateRows(len(rows) - len(counts), repeated)


def anomalous_rows(columns: Sequence[ColumnValues]) -> list[tuple[int, float]]:
    """Numbers and scores of the ten rows that an isolation forest isolates first, the most unusual one first.

    A row's score is between 0 and 1; .5 is usual. The forest sees numbers and dates, and of other cells how
    many rows share the value.
    """
    varying = [column for column in columns if column.type != CONSTANT]
    if not varying:
        return []
    features = np.column_stack([_feature(column) for column in varying])
    scores = -IsolationForest(random_state=0).fit(features).score_samples(features)
    first = np.argsort(-scores, kind="stable")[:SHOWN]
    return [(int(row), round(float(scores[row]), 4)) for row in first]


def _feature(column: ColumnValues) -> Numbers:
    if not column.is_ordered:
        return np.bincount(column.codes)[column.codes].astype(float)
    numbers = column.numbers
    present = numbers[~np.isnan(numbers)]
    with np.errstate(over="ignore", invalid="ignore"):
        distance = (numbers - np.median(present)) / (robust_deviation(present) or 1.0)
    return np.clip(
        np.nan_to_num(distance, nan=0.0, posinf=_FARTHEST, neginf=-_FARTHEST), -_FARTHEST, _FARTHEST
    )
