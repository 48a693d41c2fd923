"""Which differences from a baseline are violations: chance is none, and what changed is named."""

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from captured_requests import customers
from model_scripts import load
from monitored_data import baseline, found, profile

checks = load("shared/monitor/quality_checks")
constraints = load("shared/monitor/quality_constraints")

type Rows = list[list[str]]
SEEDS = range(20)
BASE = baseline(customers(2333, 1))


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_of_the_same_distribution_have_no_violations(seed: int) -> None:
    assert found(BASE, customers(500, 100 + seed)) == set()


def shifted(rows: Rows) -> Rows:
    """Minutes later by one standard deviation."""
    return [[*row[:3], f"{float(row[3]) + 50:.1f}", row[4]] for row in rows]


def renamed(rows: Rows) -> Rows:
    return [[row[0], row[1].replace("yes", "ja"), *row[2:]] for row in rows]


def five_percent_missing(rows: Rows) -> Rows:
    chance = random.Random(9)
    return [[*row[:4], "" if chance.random() < 0.05 else row[4]] for row in rows]


def extra(rows: Rows) -> Rows:
    return [[*row, "1"] for row in rows]


def fewer(rows: Rows) -> Rows:
    return [row[:4] for row in rows]


def fractions(rows: Rows) -> Rows:
    return [[*row[:2], f"{row[2]}.5", *row[3:]] for row in rows]


def words(rows: Rows) -> Rows:
    return [[*row[:2], "three" if row[2] == "3" else row[2], *row[3:]] for row in rows]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (shifted, {("Minutes", "baseline_drift_check")}),
        (renamed, {("Plan", "categorical_values_check")}),
        (five_percent_missing, {("Age", "completeness_check")}),
        (extra, {("_c5", "extra_column_check")}),
        (fewer, {("Age", "missing_column_check")}),
        (fractions, {("Calls", "data_type_check")}),
        (words, {("Calls", "data_type_check")}),
    ],
)
def test_what_changed_is_named_and_nothing_else(
    change: Callable[[Rows], Rows], expected: set[tuple[str, str]], seed: int
) -> None:
    rows = change(customers(500, 200 + seed))
    assert found(BASE, rows) == expected


def said(rows: Sequence[Sequence[str]], check: str) -> str:
    table = profile(rows, BASE.names)
    every = checks.violations(BASE, table, BASE.distances(table))
    [found] = [one.description for one in every if one.check == check]
    return str(found)


def test_a_description_says_what_was_expected_and_what_came() -> None:
    rows = customers(400, 3)
    assert said([[*row[:2], "x", *row[3:]] for row in rows[:100]] + rows[100:], "data_type_check") == (
        "Data type match requirement is not met. Expected data type: Integral, Expected match: 100.0%. "
        "Observed: Only 75.0% of data is Integral."
    )
    assert said([[*row[:4], ""] for row in rows[:100]] + rows[100:], "completeness_check") == (
        "Completeness requirement is not met. Expected: 100.0%. Observed: Only 75.0%."
    )
    assert said([["QQ", *row[1:]] for row in rows[:1]] + rows[1:], "categorical_values_check") == (
        "Categorical values requirement is not met. Expected match: 100.0%. Observed: Only 99.75% of values "
        "are known; unknown: 'QQ' (1)"
    )
    assert said(extra(rows[:1]) + rows[1:], "extra_column_check") == (
        "There are more columns than in the baseline. Expected: 5. Observed: 6 in 1 of 400 rows"
    )
    assert said(shifted(rows), "baseline_drift_check").endswith("exceeds threshold: 0.1")


@pytest.mark.parametrize(
    ("missing", "rows", "share"),
    [(7, 146, "95.2%"), (481, 10_000, "95.19%"), (1, 30_000, "99.99%"), (43, 100, "57.0%")],
)
def test_a_share_is_said_with_two_decimals_and_never_as_everything(
    missing: int, rows: int, share: str
) -> None:
    [row] = customers(1, 3)
    table = [[*row[:4], ""]] * missing + [row] * (rows - missing)
    assert said(table, "completeness_check").endswith(f"Observed: Only {share}.")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_column_that_lacked_cells_from_the_beginning_may_lack_as_many(seed: int) -> None:
    chance = random.Random(seed)

    def holed(rows: Rows, share: float) -> Rows:
        return [[*row[:4], "" if chance.random() < share else row[4]] for row in rows]

    base = baseline(holed(customers(2000, 1), 0.1))
    assert found(base, holed(customers(500, 300 + seed), 0.1)) == set()
    assert found(base, holed(customers(500, 300 + seed), 0.2)) == {("Age", "completeness_check")}


def test_a_domain_is_suggested_where_no_value_came_but_once() -> None:
    def domain(cells: list[str]) -> list[str]:
        statistics = profile([[cell] for cell in cells], ["x"]).document()
        [feature] = constraints.suggest(statistics)["features"]
        return list(feature.get("string_constraints", {}).get("domains", []))

    assert domain(["a"] * 50 + ["b"] * 50) == ["a", "b"]
    assert domain(["a"] * 99 + ["b"]) == []
    assert domain(["a", "a", "b", "b"]) == []
    assert domain([f"{number % 60}x" for number in range(600)]) == []


def test_what_the_constraints_switch_off_is_not_looked_at() -> None:
    rows = customers(500, 7)
    statistics = profile(customers(2333, 1)).document()
    config = constraints.MONITORING_CONFIG
    distribution = config["distribution_constraints"]

    def with_config(**changes: Any) -> Any:
        return checks.Baseline(statistics, constraints.suggest(statistics, {**config, **changes}))

    off = with_config(distribution_constraints={**distribution, "perform_comparison": "Disabled"})
    assert found(off, shifted(rows)) == set()
    assert found(with_config(evaluate_constraints="Disabled"), renamed(rows)) == set()
    assert found(with_config(domain_content_threshold=0.8), renamed(rows)) == set()
    assert found(with_config(datatype_check_threshold=0.8), words(rows)) == set()
    chi = with_config(distribution_constraints={**distribution, "categorical_drift_method": "ChiSquared"})
    assert ("State", "baseline_drift_check") in found(chi, [["KS", *row[1:]] for row in rows])


@pytest.mark.parametrize(
    ("statistics", "rules", "message"),
    [
        ({}, {}, "the baseline is not statistics.json and constraints.json: KeyError"),
        ([], {}, "the baseline is not"),
        (
            profile([["1"]], ["x"]).document(),
            constraints.suggest(profile([["1"]], ["y"]).document()),
            "different",
        ),
    ],
)
def test_documents_that_are_no_baseline_are_refused(statistics: Any, rules: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        checks.Baseline(statistics, rules)


def test_no_rows_have_no_violations() -> None:
    assert found(BASE, []) == set()


def test_the_documents_are_json() -> None:
    statistics = profile(customers(100, 1)).document()
    assert json.loads(json.dumps(constraints.suggest(statistics), allow_nan=False))["version"] == 0.0
