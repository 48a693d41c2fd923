"""What is counted of a column of text, chunk by chunk, in flat memory."""

import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

import numpy as np
from quantile_sketch import QuantileSketch

INTEGRAL, FRACTIONAL, STRING, UNKNOWN = "Integral", "Fractional", "String", "Unknown"

_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
# A column with more values than these is described by their number alone.
MOST_CATEGORIES = 1_000
_SMALLEST_HASHES = 1_024


class DistinctCount:
    """How many different texts there were, by the smallest of their hashes: exact up to 1,024 of them, within
    some percent above."""

    def __init__(self) -> None:
        self._hashes: set[int] = set()
        self._largest = 1 << 64

    def add(self, texts: Iterable[str]) -> None:
        for text in texts:
            digest = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
            if digest < self._largest:
                self._hashes.add(digest)
        if len(self._hashes) > _SMALLEST_HASHES:
            self._hashes = set(sorted(self._hashes)[:_SMALLEST_HASHES])
            self._largest = max(self._hashes)

    @property
    def estimate(self) -> float:
        if self._largest == 1 << 64:
            return float(len(self._hashes))
        return (_SMALLEST_HASHES - 1) * float(1 << 64) / self._largest


def _finite(number: float, exponent: int = 0) -> float:
    """The number times 2**exponent, or the largest number of its sign: JSON has no infinity."""
    with np.errstate(over="ignore", under="ignore"):
        return float(np.clip(np.ldexp(number, exponent), -sys.float_info.max, sys.float_info.max))


class ColumnProfile:
    """One column: how many cells are missing (nothing but blanks), integers, other numbers and text; moments,
    limits and a sketch of the numbers; how often each text stands in it, while there are few."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.missing = self.integral = self.fractional = self.text = 0
        self.sum = self._mean = self._deviation = 0.0
        self.min, self.max = math.inf, -math.inf
        self.sketch = QuantileSketch()
        self._categories: Counter[str] | None = Counter()
        self._distinct = DistinctCount()

    @property
    def present(self) -> int:
        return self.numbers + self.text

    @property
    def numbers(self) -> int:
        return self.integral + self.fractional

    @property
    def inferred_type(self) -> str:
        """Of all cells that are not missing together: one text makes the column a String."""
        if self.text:
            return STRING
        return FRACTIONAL if self.fractional else INTEGRAL if self.integral else UNKNOWN

    @property
    def categories(self) -> Mapping[str, int] | None:
        """How often each text stands in it, the most frequent first; None where there are too many."""
        return None if self._categories is None else dict(self._categories.most_common())

    def update(self, cells: Iterable[str]) -> None:
        counts = Counter(cells)
        numbers: list[float] = []
        weights: list[int] = []
        texts: dict[str, int] = {}
        for cell, count in counts.items():
            text = cell.strip()
            if not text:
                self.missing += count
                continue
            texts[text] = texts.get(text, 0) + count
            number = float(text) if _NUMBER.fullmatch(text) else math.nan
            if not math.isfinite(number):
                self.text += count
                continue
            numbers.append(number)
            weights.append(count)
            if _INTEGER.fullmatch(text):
                self.integral += count
            else:
                self.fractional += count
        self._count_categories(texts)
        if numbers:
            self._add_numbers(np.asarray(numbers), np.asarray(weights, dtype=np.float64))

    def _count_categories(self, texts: Mapping[str, int]) -> None:
        # What has only numbers is no category: their sketch says all of them.
        if self.text:
            self._distinct.add(texts)
        if self._categories is not None:
            self._categories.update(texts)
            if len(self._categories) > MOST_CATEGORIES:
                self._categories = None

    def _add_numbers(self, numbers: np.ndarray[Any, Any], weights: np.ndarray[Any, Any]) -> None:
        before, added = self.numbers - weights.sum(), float(weights.sum())
        # By a power of two, which loses nothing: squares and sums of numbers near the limits stay finite.
        exponent = math.frexp(float(np.abs(numbers).max()))[1]
        scaled = np.ldexp(numbers, -exponent)
        scaled_mean = float(np.average(scaled, weights=weights))
        scaled_deviation = math.sqrt(float(np.average((scaled - scaled_mean) ** 2, weights=weights)))
        mean, deviation = _finite(scaled_mean, exponent), _finite(scaled_deviation, exponent)
        # Chan, Golub and LeVeque: moments of two parts together, stable for large means.
        old, new = before / (before + added), added / (before + added)
        half_gap = mean / 2 - self._mean / 2
        self._deviation = math.hypot(
            self._deviation * math.sqrt(old),
            deviation * math.sqrt(new),
            half_gap * (2 * math.sqrt(old * new)),
        )
        self._mean = self._mean + half_gap * new + half_gap * new if before else mean
        self.sum = _finite(self.sum + _finite(float((scaled * weights).sum()), exponent))
        self.min, self.max = min(self.min, float(numbers.min())), max(self.max, float(numbers.max()))
        self.sketch.add(np.repeat(numbers, weights.astype(np.int64)))

    def document(self) -> dict[str, Any]:
        """As one of `features` in statistics.json."""
        common = {"num_present": self.present, "num_missing": self.missing}
        kind = self.inferred_type
        feature: dict[str, Any] = {"name": self.name, "inferred_type": kind}
        if kind == STRING:
            found = self.categories or {}
            buckets = [{"value": value, "count": count} for value, count in found.items()]
            return {
                **feature,
                "string_statistics": {
                    "common": common,
                    "distinct_count": float(len(found)) if found else round(self._distinct.estimate, 1),
                    "distribution": {"categorical": {"buckets": buckets}},
                },
            }
        if kind == UNKNOWN:
            return {**feature, "numerical_statistics": {"common": common}}
        return {
            **feature,
            "numerical_statistics": {
                "common": common,
                "mean": self._mean,
                "sum": self.sum,
                "std_dev": _finite(self._deviation),
                "min": self.min,
                "max": self.max,
                "distribution": {"kll": self.sketch.document()},
            },
        }
