"""statistics.json: what is counted of columns, in one pass, however the rows are cut into chunks."""

import json
import math
import random
import statistics
from typing import Any

import numpy as np
import pytest
from captured_requests import HEADER, customers
from model_scripts import load
from monitored_data import profile

column_profile = load("shared/monitor/column_profile")
sketches = load("shared/monitor/quantile_sketch")
table_profile = load("shared/monitor/table_profile")


def feature(cells: list[str]) -> dict[str, Any]:
    [found] = profile([[cell] for cell in cells], ["x"]).document()["features"]
    return dict(found)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "-2", "+3", " 4 "], "Integral"),
        (["1", "2.5"], "Fractional"),
        (["1.0", "2.0"], "Fractional"),
        (["1e3", ".5", "5."], "Fractional"),
        (["1", "two"], "String"),
        (["nan", "1"], "String"),
        (["inf"], "String"),
        (["1e999"], "String"),
        (["1_000"], "String"),
        (["٣"], "String"),
        (["0x10"], "String"),
        (["True", "False"], "String"),
        (["", "  "], "Unknown"),
        (["", "7"], "Integral"),
    ],
)
def test_the_type_of_a_column_is_that_of_all_its_cells_together(cells: list[str], kind: str) -> None:
    assert feature(cells)["inferred_type"] == kind


@pytest.mark.parametrize(
    "cells",
    [
        ["1e308", "-1e308"],
        ["1.7976931348623157e308", "-1.7976931348623157e308"],
        ["1.7976931348623157e308"] * 3,
        ["-1e308", "-1.1e308", "-1.7e308"],
        ["1e308", "0"],
        ["1e200", "1", "-1e200"],
        ["5e-324", "0"],
        ["5e-324", "1e-323", "-5e-324"],
        ["5e-324"],
        ["0"],
        ["5e-324", "1e308", "-1e308"],
    ],
)
def test_statistics_of_extreme_numbers_are_finite(cells: list[str]) -> None:
    for order in (cells, cells[::-1]):
        for rows in (profile([[one] for one in order], ["x"]), _by_chunks(order)):
            [found] = rows["features"] if isinstance(rows, dict) else rows.document()["features"]
            json.dumps(found, allow_nan=False)
            numbers, described = [float(one) for one in order], found["numerical_statistics"]
            assert (described["min"], described["max"]) == (min(numbers), max(numbers))
            assert described["min"] <= described["mean"] <= described["max"]
            assert described["std_dev"] <= described["max"] / 2 - described["min"] / 2 + 5e-324
            buckets = described["distribution"]["kll"]["buckets"]
            assert sum(one["count"] for one in buckets) == len(numbers)
            assert all(one["lower_bound"] <= one["upper_bound"] for one in buckets)


def _by_chunks(cells: list[str]) -> dict[str, Any]:
    column = column_profile.ColumnProfile("x")
    for cell in cells:
        column.update([cell])
    return {"features": [column.document()]}


def test_numbers_are_described_by_moments_limits_and_ten_buckets() -> None:
    chance = random.Random(3)
    numbers = [round(chance.gauss(1e6, 2), 3) for _ in range(1500)]
    found = feature([str(one) for one in numbers] + [""] * 7)["numerical_statistics"]
    assert found["common"] == {"num_present": 1500, "num_missing": 7}
    assert found["mean"] == pytest.approx(statistics.fmean(numbers), rel=1e-12)
    assert found["std_dev"] == pytest.approx(statistics.pstdev(numbers), rel=1e-9)
    assert found["sum"] == pytest.approx(math.fsum(numbers), rel=1e-12)
    assert (found["min"], found["max"]) == (min(numbers), max(numbers))
    counts, edges = np.histogram(numbers, bins=10)
    buckets = found["distribution"]["kll"]["buckets"]
    assert [one["count"] for one in buckets] == counts.tolist()
    assert [one["lower_bound"] for one in buckets] == pytest.approx(edges[:-1].tolist())
    assert found["distribution"]["kll"]["sketch"]["parameters"] == {"c": 0.64, "k": 2048.0}
    assert sorted(found["distribution"]["kll"]["sketch"]["data"][0]) == sorted(numbers)


def test_texts_are_described_by_how_often_each_came() -> None:
    found = feature(["b", "a", "b", "", " b "])["string_statistics"]
    assert found == {
        "common": {"num_present": 4, "num_missing": 1},
        "distinct_count": 2.0,
        "distribution": {
            "categorical": {"buckets": [{"value": "b", "count": 3}, {"value": "a", "count": 1}]}
        },
    }


def test_of_very_many_texts_only_their_number_is_kept() -> None:
    found = feature([f"phone-{number}" for number in range(20_000)])["string_statistics"]
    assert found["distribution"]["categorical"]["buckets"] == []
    assert found["distinct_count"] == pytest.approx(20_000, rel=0.1)


def test_one_value_and_none_at_all_are_described_too() -> None:
    alone = feature(["5", "5"])["numerical_statistics"]
    assert (alone["std_dev"], alone["min"], alone["max"]) == (0.0, 5.0, 5.0)
    assert [one["count"] for one in alone["distribution"]["kll"]["buckets"]] == [2.0, *[0.0] * 9]
    assert feature(["", ""])["numerical_statistics"] == {"common": {"num_present": 0, "num_missing": 2}}


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_chunks_make_no_difference(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = customers(1000, 5)
    whole = json.dumps(profile(rows).document())
    monkeypatch.setattr(table_profile, "CHUNK", chunk)
    cut = json.loads(json.dumps(profile(rows).document()))
    for one, other in zip(json.loads(whole)["features"], cut["features"], strict=True):
        numbers, others = (each.pop("numerical_statistics", {}) for each in (one, other))
        assert one == other
        measures = ("mean", "sum", "std_dev", "min", "max") if numbers else ()
        for name in measures:
            assert numbers[name] == pytest.approx(others[name], rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_the_sketch_of_many_numbers_is_small_and_near_their_distribution(seed: int) -> None:
    chance = np.random.default_rng(seed)
    numbers = chance.normal(size=300_000)
    sketch = sketches.QuantileSketch()
    for part in np.array_split(numbers, 40):
        sketch.add(part)
    kept, weights = sketch.weighted()
    assert len(kept) < 3 * sketches.K
    assert weights.sum() == 300_000
    exact = np.searchsorted(np.sort(numbers), kept, side="right") / 300_000
    assert np.abs(np.cumsum(weights) / 300_000 - exact).max() < 0.005
    again = sketches.QuantileSketch.of(json.loads(json.dumps(sketch.document())))
    assert [part.tolist() for part in again.weighted()] == [kept.tolist(), weights.tolist()]


def test_rows_of_other_lengths_are_told_apart() -> None:
    table = profile([["KS", "no"], ["KS", "no", "1", "2.5", "30", "x", "y"], ["", "", "", "", ""]])
    assert (table.rows, table.with_extra) == (3, 1)
    assert table.missing_columns == []
    assert table.extra_columns == ["_c5", "_c6"]
    assert [one.missing for one in table.columns] == [1, 1, 2, 2, 2]
    assert profile([["KS", "no"]]).missing_columns == HEADER[2:]
