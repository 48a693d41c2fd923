"""What one column holds: how many values, how they are distributed, and which lie far out."""

import math
from collections import Counter

import numpy as np
from column_types import NUMERIC, TEXT
from column_values import ColumnValues, Numbers

MOST_FREQUENT = 10
OUTLIES_BY = 5.0
_CLIPPED = (5, 95)


def describe(column: ColumnValues) -> dict[str, object]:
    """Type, missing cells, values, and what is numeric of a column with at least one number."""
    counts = Counter(cell for cell in column.cells if cell)
    described: dict[str, object] = {
        "name": column.name,
        "type": column.type,
        "missing": len(column.cells) - counts.total(),
        "distinct": len(counts),
        "most_frequent": [
            {"value": value, "count": count}
            for value, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST_FREQUENT]
        ],
    }
    if column.type == TEXT:
        described["distinct_words"] = len({word for cell in counts for word in cell.split()})
    numbers = column.numbers[~np.isnan(column.numbers)]
    if len(numbers) and column.is_ordered:
        described |= {"numbers": len(numbers), **distribution(numbers)}
    if column.type == NUMERIC:
        low, high = outlier_limits(numbers)
        outliers = int(((numbers < low) | (numbers > high)).sum())
        described |= {"outliers": outliers, "outlier_limits": [_finite(low), _finite(high)]}
    return described


def distribution(numbers: Numbers) -> dict[str, float | None]:
    """Moments and quantiles; null where a value is too large for a number of JSON, or where all are equal."""
    with np.errstate(over="ignore", invalid="ignore"):
        mean, deviation = float(np.mean(numbers)), float(np.std(numbers))
        standardized = (numbers - mean) / deviation if deviation else np.full(len(numbers), math.nan)
        found = {
            "mean": mean,
            "median": float(np.median(numbers)),
            "deviation": deviation,
            "minimum": float(np.min(numbers)),
            "maximum": float(np.max(numbers)),
            "skew": float(np.mean(standardized**3)),
            "kurtosis": float(np.mean(standardized**4)),
        }
    return {name: _finite(value) for name, value in found.items()}


def robust_deviation(numbers: Numbers) -> float:
    """The standard deviation of the numbers, clipped to their 5th and 95th percentile."""
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.std(np.clip(numbers, *np.percentile(numbers, _CLIPPED))))


def outlier_limits(numbers: Numbers) -> tuple[float, float]:
    """The median less and plus five robust deviations: an outlier lies beyond."""
    median, deviation = float(np.median(numbers)), robust_deviation(numbers)
    return median - OUTLIES_BY * deviation, median + OUTLIES_BY * deviation


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
