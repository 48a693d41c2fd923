"""Missing numbers replaced, and perhaps marked."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from transformer import Matrix, NumberTransformer

STRATEGIES = ("median", "mean", "constant")


@dataclass
class RobustImputer(NumberTransformer):
    """Puts the column's median or mean, or `fill_value`, in the place of a missing number.

    A column without any number gets 0. A constant `fill_value` of NaN leaves what is missing to the
    algorithm. With `add_indicator`, a column that has missing numbers when it is fitted is followed, behind
    all columns, by one that is 1 where its number is missing.
    """

    strategy: str = "median"
    fill_value: float = 0.0
    add_indicator: bool = False

    FITTED: ClassVar = ("fill", "marked")
    fill: Matrix = field(init=False, repr=False)
    marked: NDArray[np.int64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.strategy not in STRATEGIES:
            raise ValueError(f"strategy: expected {', '.join(STRATEGIES)}, got {self.strategy!r}")
        self.fill_value = float(self.fill_value)

    @property
    def width(self) -> int:
        return len(self.fill) + len(self.marked)

    def fit(self, pieces: Iterable[Matrix]) -> None:
        numbers = np.concatenate([*pieces])
        missing = np.isnan(numbers)
        self.fill = np.array([self._fill(column[~np.isnan(column)]) for column in numbers.T])
        self.marked = np.flatnonzero(missing.any(axis=0) & self.add_indicator)

    def _fill(self, present: Matrix) -> float:
        if self.strategy == "constant":
            return self.fill_value
        if not len(present):
            return 0.0
        return float(np.median(present) if self.strategy == "median" else np.mean(present))

    def transform(self, numbers: Matrix) -> Matrix:
        missing = np.isnan(numbers)
        if not len(self.marked) and not missing.any():
            return numbers
        filled = np.where(missing, self.fill, numbers)
        return np.concatenate([filled, missing[..., self.marked]], axis=-1) if len(self.marked) else filled
