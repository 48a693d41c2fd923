"""One time series as DeepAR's JSON writes it: `start`, `target`, and where the model uses them `cat` and
`dynamic_feat`."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]

START, TARGET, CATEGORY, FEATURES = "start", "target", "cat", "dynamic_feat"


class SeriesError(ValueError):
    """What is wrong with one series, as a sentence without any of its values."""


@dataclass(frozen=True)
class Series:
    """A series: NaN stands for a missing value of `target`; `features` has one row a feature."""

    start: datetime
    target: Values
    categories: tuple[int, ...] = ()
    features: Values | None = None

    @property
    def feature_count(self) -> int:
        return 0 if self.features is None else len(self.features)

    def cut(self, end: int) -> "Series":
        """The series up to the point `end`, as a slice counts it."""
        features = None if self.features is None else self.features[:, :end]
        return replace(self, target=self.target[:end], features=features)

    def history(self, horizon: int) -> "Series":
        """What a forecast is made of: no target for the last `horizon` points, but features."""
        return replace(self, target=self.target[:-horizon])


def parse(document: Any) -> Series:
    """A series of its JSON object; a missing value is null, NaN or "NaN". Unknown members are passed over.

    Refuses (SeriesError) a start that is not a timestamp without time zone, a target or a feature that holds
    anything but numbers, missing values in a feature, and categories that are not whole numbers from 0 on.
    """
    if not isinstance(document, Mapping):
        raise SeriesError("it is not a JSON object")
    for name in (START, TARGET):
        if name not in document:
            raise SeriesError(f"`{name}` is missing")
    target = _numbers(document[TARGET], TARGET)
    if np.isinf(target).any():
        raise SeriesError("`target` holds an infinite value")
    return Series(
        _start(document[START]),
        target,
        _categories(document.get(CATEGORY)),
        _features(document.get(FEATURES)),
    )


def _start(value: Any) -> datetime:
    try:
        start = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise SeriesError("`start` is not a timestamp such as 2014-01-01 00:00:00") from None
    if start.tzinfo is not None:
        raise SeriesError("`start` has a time zone; write local time such as 2014-01-01 00:00:00")
    return start


def _numbers(value: Any, name: str) -> Values:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, list):
        raise SeriesError(f"`{name}` is not an array of numbers")
    # An array in the array would be another dimension to numpy.
    if not all(map(_is_number_or_gap, value)):
        raise SeriesError(f'`{name}` holds something else than numbers, null and "NaN"')
    try:
        with np.errstate(over="ignore"):
            return np.array([math.nan if item is None else item for item in value], dtype=np.float32)
    except OverflowError:
        raise SeriesError(f"`{name}` holds a number that is too large") from None


def _is_number_or_gap(item: Any) -> bool:
    if isinstance(item, str):
        return item == "NaN"
    return item is None or (isinstance(item, int | float | np.number) and not isinstance(item, bool))


def _categories(value: Any) -> tuple[int, ...]:
    if value is None:
        return ()
    values = list(value) if isinstance(value, list | np.ndarray) else [value]
    if any(not isinstance(item, int | np.integer) or isinstance(item, bool) or item < 0 for item in values):
        raise SeriesError("`cat` holds something else than whole numbers from 0 on")
    return tuple(map(int, values))


def _features(value: Any) -> Values | None:
    if value is None:
        return None
    if not isinstance(value, list | np.ndarray):
        raise SeriesError(f"`{FEATURES}` is not an array of arrays")
    if len(value) == 0:
        return None
    rows = [_numbers(row, FEATURES) for row in value]
    if len({len(row) for row in rows}) > 1:
        raise SeriesError("the arrays of `dynamic_feat` differ in length")
    features = np.stack(rows)
    if not np.isfinite(features).all():
        raise SeriesError("`dynamic_feat` has missing or infinite values")
    return features
