"""The distances of distributions, beside their formulas and scipy's tests."""

import math
from typing import Any

import numpy as np
import pytest
from model_scripts import load
from scipy.stats import chisquare, ks_2samp

drift = load("shared/monitor/drift_distance")
sketches = load("shared/monitor/quantile_sketch")


def sketch(numbers: Any) -> Any:
    found = sketches.QuantileSketch()
    found.add(np.asarray(numbers, dtype=np.float64))
    return found


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("sizes", [(50, 70), (500, 2000), (1, 3)])
def test_numbers_differ_by_the_largest_gap_of_their_cumulative_distributions(
    sizes: tuple[int, int], seed: int
) -> None:
    chance = np.random.default_rng(seed)
    # Rounded, so that numbers come more than once and on both sides.
    first, second = (
        chance.normal(shift, 1, size).round(1) for shift, size in zip((0, 0.4), sizes, strict=True)
    )
    expected = ks_2samp(first, second).statistic
    assert drift.between_numbers(sketch(first), sketch(second), "Simple") == pytest.approx(expected)
    assert drift.between_numbers(sketch(second), sketch(first), "Simple") == pytest.approx(expected)


@pytest.mark.parametrize(
    ("baseline", "current", "expected"),
    [
        ({"a": 1, "b": 1}, {"a": 10, "b": 10}, 0.0),
        ({"a": 1, "b": 1}, {"a": 1, "b": 3}, 0.25),
        ({"a": 3, "b": 1}, {"a": 3, "c": 1}, 0.25),
        ({"a": 1}, {"b": 1}, 1.0),
        ({"a": 50, "b": 30, "c": 20}, {"a": 40, "b": 30, "c": 30}, 0.1),
        ({}, {"a": 1}, 0.0),
    ],
)
def test_categories_differ_by_the_largest_difference_of_a_share(
    baseline: dict[str, int], current: dict[str, int], expected: float
) -> None:
    assert drift.between_categories(baseline, current, "Simple") == pytest.approx(expected)


@pytest.mark.parametrize(
    ("simple", "n", "m"), [(0.3, 2333, 500), (0.05, 2333, 500), (1.0, 1, 1), (0.2, 10**6, 10**6)]
)
def test_the_robust_distance_leaves_out_what_chance_explains(simple: float, n: int, m: int) -> None:
    expected = max(0.0, simple - 1.8 * math.sqrt((n + m) / (n * m)))
    assert drift.corrected(simple, n, m, "Robust") == pytest.approx(expected)
    assert drift.corrected(simple, n, m, "Simple") == simple


def test_the_chi_squared_distance_is_one_minus_the_p_value_of_the_baselines_shares() -> None:
    baseline, current = {"a": 500, "b": 300, "c": 200}, {"a": 60, "b": 25, "c": 15}
    expected = 1 - chisquare([60, 25, 15], [50, 30, 20]).pvalue
    assert drift.by_chi_squared(baseline, current) == pytest.approx(expected)
    assert drift.by_chi_squared(baseline, {"a": 50, "b": 30, "c": 20}) == pytest.approx(0)


def test_rare_categories_are_put_together_and_a_new_one_is_as_far_as_can_be() -> None:
    baseline = {"a": 960, "b": 30, "c": 10}
    expected = 1 - chisquare([95, 5 + 1], [96.96 * 101 / 101, 101 - 96.96]).pvalue
    assert drift.by_chi_squared(baseline, {"a": 95, "b": 5, "c": 1}) == pytest.approx(expected)
    assert drift.by_chi_squared({"a": 10}, {"a": 9, "b": 1}) == 1.0
    assert drift.by_chi_squared({"a": 10}, {"a": 9}) == 0.0
