"""How far two distributions are from each other, as Deequ measures it."""

import math
from collections.abc import Mapping

import numpy as np
from quantile_sketch import QuantileSketch
from scipy.stats import chi2

ROBUST, SIMPLE = "Robust", "Simple"
L_INFINITY, CHI_SQUARED = "LInfinity", "ChiSquared"
# Fewer of a category than these are expected by chance to say nothing: such categories are put together.
_FEWEST_EXPECTED = 5.0


def between_numbers(baseline: QuantileSketch, current: QuantileSketch, method: str) -> float:
    """The largest difference of the two cumulative distributions at any number."""
    (numbers, weights), (others, other_weights) = baseline.weighted(), current.weighted()
    if not len(numbers) or not len(others):
        return 0.0
    places = np.union1d(numbers, others)
    n, m = float(weights.sum()), float(other_weights.sum())
    first = np.concatenate(([0.0], np.cumsum(weights)))[np.searchsorted(numbers, places, side="right")] / n
    second = np.concatenate(([0.0], np.cumsum(other_weights)))[np.searchsorted(others, places, side="right")]
    return corrected(float(np.abs(first - second / m).max()), n, m, method)


def between_categories(baseline: Mapping[str, int], current: Mapping[str, int], method: str) -> float:
    """The largest difference of a category's two shares."""
    n, m = sum(baseline.values()), sum(current.values())
    if not n or not m:
        return 0.0
    simple = max(abs(baseline.get(one, 0) / n - current.get(one, 0) / m) for one in {*baseline, *current})
    return corrected(simple, n, m, method)


def corrected(simple: float, n: float, m: float, method: str) -> float:
    """The distance itself (Simple), or what is left of it without what two samples of n and m from one
    distribution differ by (Robust)."""
    if method == SIMPLE:
        return simple
    return max(0.0, simple - 1.8 * math.sqrt((n + m) / (n * m)))


def by_chi_squared(baseline: Mapping[str, int], current: Mapping[str, int]) -> float:
    """One minus the p-value of the chi-squared test that the current counts have the baseline's shares, so
    that more is further, as with the other distances.

    How AWS compares it with the threshold is not documented: a threshold of .1 here is a significance of .9.
    """
    n, m = sum(baseline.values()), sum(current.values())
    if not n or not m:
        return 0.0
    pairs = [(baseline.get(one, 0) / n * m, current.get(one, 0)) for one in {*baseline, *current}]
    rare = [pair for pair in pairs if pair[0] < _FEWEST_EXPECTED]
    bins = [pair for pair in pairs if pair[0] >= _FEWEST_EXPECTED]
    if rare:
        bins.append((sum(expected for expected, _ in rare), sum(found for _, found in rare)))
    if any(expected == 0 and found for expected, found in bins):
        return 1.0
    statistic = sum((found - expected) ** 2 / expected for expected, found in bins if expected)
    return float(1 - chi2.sf(statistic, len(bins) - 1)) if len(bins) > 1 else 0.0
