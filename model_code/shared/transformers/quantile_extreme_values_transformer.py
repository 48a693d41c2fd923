"""Columns with extreme values, made uniform."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from transformer import Matrix, NumberTransformer

QUANTILES = 1000


@dataclass
class QuantileExtremeValuesTransformer(NumberTransformer):
    """Replaces a number of a heavy-tailed column by its quantile among the training rows, from 0 to 1.

    A column is heavy-tailed if its percentile `quantile`, or `100 - quantile`, lies more than `threshold_std`
    standard deviations from its mean. The other columns, and missing numbers, stay as they are.
    """

    quantile: int = 98
    threshold_std: float = 4.0

    FITTED: ClassVar = ("extreme", "quantiles", "columns")
    # The places of the heavy-tailed columns, and their values at even quantiles: (columns, quantiles).
    extreme: NDArray[np.int64] = field(init=False, repr=False)
    quantiles: Matrix = field(init=False, repr=False)
    columns: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not 50 <= self.quantile <= 100:
            raise ValueError(f"quantile: expected 50 to 100, got {self.quantile}")

    @property
    def width(self) -> int:
        return self.columns

    def fit(self, pieces: Iterable[Matrix]) -> None:
        numbers = np.concatenate([*pieces])
        self.columns = numbers.shape[1]
        present = [column[~np.isnan(column)] for column in numbers.T]
        self.extreme = np.array(
            [place for place, column in enumerate(present) if self._is_extreme(column)], dtype=np.int64
        )
        even = 100 * np.linspace(0, 1, min(QUANTILES, len(numbers)))
        quantiles = [np.percentile(present[place], even) for place in self.extreme]
        # Rounding may put one a little below the one before it.
        self.quantiles = np.maximum.accumulate(np.reshape(quantiles, (len(self.extreme), len(even))), axis=1)

    def _is_extreme(self, column: Matrix) -> bool:
        if not len(column):
            return False
        low, high = np.percentile(column, [100 - self.quantile, self.quantile])
        mean, distance = column.mean(), self.threshold_std * column.std()
        return bool(low < mean - distance or high > mean + distance)

    def transform(self, numbers: Matrix) -> Matrix:
        if not len(self.extreme):
            return numbers
        transformed = numbers.copy()
        even = np.linspace(0, 1, self.quantiles.shape[1])
        for place, quantiles in zip(self.extreme, self.quantiles, strict=True):
            column = numbers[..., place]
            # Between equal quantiles lies more than one answer: their middle, as scikit-learn has it.
            upper = np.interp(column, quantiles, even)
            lower = -np.interp(-column, -quantiles[::-1], -even[::-1])
            middle = (upper + lower) / 2
            middle = np.where(column >= quantiles[-1], 1.0, middle)
            transformed[..., place] = np.where(column <= quantiles[0], 0.0, middle)
        return transformed
