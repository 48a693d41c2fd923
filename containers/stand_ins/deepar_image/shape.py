"""The shape of a DeepAR network, and which series it can read."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .series import Series, SeriesError

# pandas' spelling of the image's frequencies, for periods.
_FREQUENCIES = {"H": "h", "min": "min", "D": "D", "W": "W", "M": "M"}


@dataclass(frozen=True)
class Shape:
    """What a network is made of.

    `categories` has, for each categorical feature, the values that training saw; `cardinality` how many there
    can be.
    """

    time_freq: str
    prediction_length: int
    context_length: int
    num_layers: int
    num_cells: int
    dropout_rate: float
    likelihood: str
    embedding_dimension: int
    cardinality: tuple[int, ...]
    categories: tuple[tuple[int, ...], ...]
    num_dynamic_feat: int

    @property
    def frequency(self) -> str:
        """The frequency as pandas spells that of a period."""
        number = self.time_freq.rstrip("MWDHmin")
        return f"{number}{_FREQUENCIES[self.time_freq[len(number) :]]}"

    def check(self, series: Series, *, features_over: int) -> None:
        """Refuse (SeriesError) a series that this network cannot read.

        It needs an observed value; of its categories each one that training saw; and features that cover
        `features_over` points.
        """
        if not np.isfinite(series.target).any():
            raise SeriesError("`target` has no observed value")
        if self.cardinality:
            self._check_categories(series.categories)
        if self.num_dynamic_feat:
            if series.feature_count != self.num_dynamic_feat:
                raise SeriesError(
                    f"`dynamic_feat` has {series.feature_count} arrays instead of {self.num_dynamic_feat}"
                )
            length = 0 if series.features is None else series.features.shape[1]
            if length != features_over:
                raise SeriesError(f"`dynamic_feat` has {length} values instead of {features_over}")

    def check_request(self, series: Series) -> None:
        """Refuse (SeriesError) a series that this network cannot forecast.

        Beside what `check` says it needs an observed value among the last `context_length` points: without
        one the network knows no scale, and its forecast would be about 0.
        """
        length = len(series.target) + self.prediction_length
        self.check(series, features_over=length)
        if not np.isfinite(series.target[-self.context_length :]).any():
            raise SeriesError(f"`target` has no observed value among its last {self.context_length} points")
        if series.categories and not self.cardinality:
            raise SeriesError("`cat` is given, and the model was trained without categories")
        if series.feature_count and not self.num_dynamic_feat:
            raise SeriesError("`dynamic_feat` is given, and the model was trained without features")

    def _check_categories(self, given: tuple[int, ...]) -> None:
        if len(given) != len(self.cardinality):
            raise SeriesError(f"`cat` has {len(given)} values instead of {len(self.cardinality)}")
        for index, (value, limit) in enumerate(zip(given, self.cardinality, strict=True)):
            if value >= limit or value not in self.categories[index]:
                raise SeriesError(f"`cat` names at position {index} a category that training has not seen")

    def entry(self, series: Series) -> dict[str, Any]:
        """The series as GluonTS reads it, with what this network uses of it."""
        entry: dict[str, Any] = {
            "start": pd.Period(series.start, freq=self.frequency),
            "target": series.target,
        }
        if self.cardinality:
            entry["feat_static_cat"] = np.array(series.categories)
        if self.num_dynamic_feat:
            entry["feat_dynamic_real"] = series.features
        return entry
