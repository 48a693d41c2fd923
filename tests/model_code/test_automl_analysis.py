"""What the analysis says of a table: the public run's figures, formulas, and tables that are unlike it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from automl_tables import TARGET, analyze, real_file
from model_scripts import REAL_FILE, load

table_file = load("shared/automl/table_file")
holding = load("automl/hold_out/__main__")
statistics = load("automl/analyze/column_statistics")
column_values = load("automl/analyze/column_values")
powers = load("automl/analyze/prediction_power")
cross_columns = load("automl/analyze/cross_columns")
unusual_rows = load("automl/analyze/unusual_rows")

ROWS = 200
LABELS = ["yes" if number % 4 == 0 else "no" for number in range(ROWS)]
RANDOM = np.random.RandomState(1)
NOISE = [f"{value:.6f}" for value in RANDOM.normal(size=ROWS)]


def table(**columns: list[str]) -> Any:
    """A table of the columns and a target that one row in four has."""
    columns = {TARGET: LABELS, **columns}
    names = sorted(columns, key=lambda name: name == TARGET)
    cells = [columns[name] for name in names]
    return table_file.Table(names, [list(row) for row in zip(*cells, strict=True)])


def numeric(*cells: str) -> Any:
    return column_values.ColumnValues("one", "numeric", cells)


def power(cells: list[str], type: str) -> float:
    column = column_values.ColumnValues("one", type, cells)
    [found] = powers.prediction_power([column], np.array(LABELS) == "yes")
    return float(found)


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    whole = table_file.Table.read(REAL_FILE)
    development, _ = holding.hold_out(whole, whole.index("Churn?"), 42)
    return analyze(tmp_path_factory.mktemp("public"), development, "Churn?")


@real_file
def test_the_public_table_has_the_counts_and_types_of_the_public_run(public: dict[str, Any]) -> None:
    assert (public["rows"], public["columns"]) == (2666, 21)
    labels = {one["label"]: (one["count"], round(one["share"], 4)) for one in public["target"]["labels"]}
    assert labels == {"False.": (2291, 0.8593), "True.": (375, 0.1407)}
    assert public["target"]["problem_type"] == "BinaryClassification"
    assert {name: count for name, count in public["types"].items() if count} == {
        "numeric": 16,
        "categorical": 2,
        "text": 2,
    }
    assert [one["name"] for one in public["features"] if one["type"] == "text"] == ["State", "Phone"]
    assert public["duplicate_rows"]["count"] == 0


@real_file
def test_the_public_table_has_the_means_of_the_public_run(public: dict[str, Any]) -> None:
    means = {one["name"]: one["mean"] for one in public["features"] if "mean" in one}
    assert round(means["Account Length"], 3) == 100.483
    assert round(means["Day Mins"], 3) == 179.919


@real_file
def test_prediction_power_orders_the_public_columns_as_the_public_run_did(public: dict[str, Any]) -> None:
    printed = {
        "Day Charge": 0.3506,
        "Day Mins": 0.35,
        "CustServ Calls": 0.3455,
        "Int'l Plan": 0.2149,
        "State": 0.1802,
    }
    found = {one["name"]: one["prediction_power"] for one in public["features"]}
    assert sorted(printed, key=lambda name: -found[name]) == [*printed]
    assert found["Day Charge"] == pytest.approx(0.3506, abs=0.001)
    assert found["Day Mins"] == pytest.approx(0.35, abs=0.001)
    assert found["Int'l Plan"] == pytest.approx(0.2149, abs=0.01)
    # Within two deviations of what one 20 % part yields.
    assert found["CustServ Calls"] == pytest.approx(0.3455, abs=0.12)
    assert found["State"] == pytest.approx(0.1802, abs=0.12)


@real_file
def test_each_charge_of_the_public_table_is_redundant_beside_its_minutes(public: dict[str, Any]) -> None:
    pairs = {(one["first"], one["second"]) for one in public["correlations"]["redundant"]}
    assert pairs == {(f"{name} Mins", f"{name} Charge") for name in ("Day", "Eve", "Night", "Intl")}


def test_an_outlier_lies_five_clipped_deviations_from_the_median() -> None:
    values = np.r_[np.arange(100.0), 1000.0]
    low, high = np.percentile(values, [5, 95])
    deviation = np.std(np.clip(values, low, high))
    assert statistics.outlier_limits(values) == pytest.approx((50 - 5 * deviation, 50 + 5 * deviation))
    described = statistics.describe(numeric(*map(str, values)))
    assert (described["outliers"], described["maximum"], described["median"]) == (1, 1000.0, 50.0)


def test_a_distribution_has_the_moments_of_its_numbers() -> None:
    values = RANDOM.exponential(size=500)
    found = statistics.distribution(values)
    centered = values - values.mean()
    assert found["deviation"] == pytest.approx(values.std())
    assert found["skew"] == pytest.approx((centered**3).mean() / values.std() ** 3)
    assert found["kurtosis"] == pytest.approx((centered**4).mean() / values.std() ** 4)


def test_numbers_that_are_too_large_to_square_have_no_deviation_but_are_no_fault() -> None:
    described = statistics.describe(numeric(*["1e308"] * 50, *["-1e308"] * 49, "0"))
    assert described["deviation"] is None
    assert described["maximum"] == 1e308
    json.dumps(described, allow_nan=False)


def test_missing_cells_and_words_are_counted() -> None:
    column = column_values.ColumnValues("one", "text", ["a b", "", "b c", "a b"])
    described = statistics.describe(column)
    assert (described["missing"], described["distinct"], described["distinct_words"]) == (1, 2, 3)
    assert described["most_frequent"] == [{"value": "a b", "count": 2}, {"value": "b c", "count": 1}]


FRUITS = [f"fruit {number % 20}" for number in range(ROWS)]
POWERS = {
    "the target itself": (LABELS, "categorical", 1.0),
    "a number that tells it": (["5" if label == "yes" else "9" for label in LABELS], "numeric", 1.0),
    "a number that is missing where it is yes": (
        ["" if label == "yes" else cell for cell, label in zip(NOISE, LABELS, strict=True)],
        "numeric",
        1.0,
    ),
    "a value of one label alone": (FRUITS, "text", 1.0),
    "texts that occur once": ([f"text {number}" for number in range(ROWS)], "text", 0.0),
    "one value": (["a"] * ROWS, "constant", 0.0),
    "dates that tell it": (
        ["2024-01-01" if label == "yes" else "2024-01-02" for label in LABELS],
        "datetime",
        1.0,
    ),
    "numbers too large for a tree": (
        ["1e300" if label == "yes" else "-1e300" for label in LABELS],
        "numeric",
        1.0,
    ),
}


@pytest.mark.parametrize("case", POWERS)
def test_prediction_power_is_0_for_what_says_nothing_and_1_for_what_tells_the_target(case: str) -> None:
    cells, type, expected = POWERS[case]
    assert power(cells, type) == pytest.approx(expected)


def test_noise_has_hardly_any_power_and_half_of_the_truth_has_half() -> None:
    half = [label if number % 2 else "no" for number, label in enumerate(LABELS[: ROWS // 2] * 2)]
    told = [label if number < ROWS // 2 else "no" for number, label in enumerate(LABELS)]
    assert power(NOISE, "numeric") < 0.2
    assert power(half, "categorical") == 0
    assert power(told, "categorical") == pytest.approx(0.5, abs=0.05)


def test_each_fold_has_its_share_of_each_label() -> None:
    positive = np.array(LABELS) == "yes"
    folds = powers.stratified_folds(positive)
    assert [int(positive[folds == fold].sum()) for fold in range(5)] == [10] * 5
    assert [int((folds == fold).sum()) for fold in range(5)] == [40] * 5


def test_correlations_are_pearson_s() -> None:
    values = RANDOM.normal(size=(50, 3)) @ np.array([[1, 0.9, 0], [0, 0.4, 0], [0, 0, 1]])
    columns = [column_values.ColumnValues(str(i), "numeric", [*map(str, values[:, i])]) for i in range(3)]
    found = cross_columns.correlations(columns, [0, 0, 0])
    assert found.columns == ["0", "1", "2"]
    assert np.array(found.matrix) == pytest.approx(np.corrcoef(values.T), abs=0.0006)


def test_the_matrix_has_the_twenty_columns_with_the_most_power() -> None:
    columns = [
        column_values.ColumnValues(str(i), "numeric", [*map(str, RANDOM.normal(size=30))]) for i in range(40)
    ]
    found = cross_columns.correlations(columns, [i % 2 for i in range(40)])
    assert found.columns == [str(i) for i in range(40) if i % 2]
    assert len(found.matrix) == 20


def test_rows_that_repeat_an_earlier_one_are_counted() -> None:
    found = unusual_rows.duplicate_rows([["a"], ["b"], ["a"], ["a"], ["c"], ["b"]])
    assert found.count == 3
    assert found.most_frequent == [(3, ("a",)), (2, ("b",))]


def test_a_row_unlike_all_others_is_the_first_anomalous_one() -> None:
    columns = [
        numeric(*NOISE[:50], "40", *NOISE[50:]),
        column_values.ColumnValues("two", "categorical", [*["a", "b"] * 25, "c", *["a", "b"] * 75]),
    ]
    rows = unusual_rows.anomalous_rows(columns)
    assert (rows[0][0], len(rows)) == (50, 10)
    assert rows[0][1] > rows[1][1]


ADDED = {
    "constant columns": ({"one": ["7"] * ROWS, "two": ["a"] * ROWS}, "Constant columns", "one, two"),
    "a column without values": ({"one": [""] * ROWS}, "Constant columns", "one"),
    "numbers of rows": ({"one": [str(number) for number in range(ROWS)]}, "Identifiers", "one"),
    "a column that is often missing": ({"one": [*NOISE[:90], *[""] * 110]}, "Often missing", "one"),
    "the target once more": ({"one": LABELS}, "Target leakage", "one"),
    "a column in other units": (
        {"one": [f"{float(cell) * 60:.4f}" for cell in NOISE]},
        "Redundant columns",
        "noise and one (1.000)",
    ),
    "rows without a target": (
        {TARGET: [*LABELS[:100], *[""] * 100]},
        "Missing target values",
        "100 rows (50.0%)",
    ),
    "a rare label": ({TARGET: ["yes"] * 6 + ["no"] * 194}, "Rare target label", "6 rows (3.0%)"),
    "hundreds of columns": (
        {f"c{number}": NOISE for number in range(30)},
        "Many columns for the rows",
        "31 features",
    ),
    "numbers of any size": ({"one": ["1e308", "-1e308"] * 100}, None, ""),
    "numbers of one tiny size": ({"one": ["1e-320", "2e-320", "0"] * 66 + ["0", "0"]}, None, ""),
    "dates": ({"one": [f"2024-01-{number % 28 + 1:02}" for number in range(ROWS)]}, None, ""),
    "names in other scripts": ({'日本 "x", |$y$|\\': NOISE}, None, ""),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("case", ADDED)
def test_a_table_with_an_oddity_is_analyzed_and_the_oddity_named(tmp_path: Path, case: str) -> None:
    columns, insight, text = ADDED[case]
    found = analyze(tmp_path, table(**{"noise": NOISE, **columns}))
    assert found["rows"] == ROWS
    named = [one["text"] for one in found["insights"] if one["name"] == insight]
    assert len(named) == (insight is not None)
    assert all(one.startswith(text) for one in named)


def test_two_thousand_columns_are_analyzed(tmp_path: Path) -> None:
    columns = {f"c{number}": ["a", "b", "c", "d"] * 50 for number in range(1900)}
    columns |= {f"n{number}": [*NOISE[number:], *NOISE[:number]] for number in range(99)}
    found = analyze(tmp_path, table(**columns))
    assert (found["columns"], len(found["correlations"]["matrix"])) == (2000, 20)
    assert "Many columns for the rows" in {one["name"] for one in found["insights"]}


def test_the_same_table_is_analyzed_to_the_same_bytes(tmp_path: Path) -> None:
    odd = table(one=NOISE, two=FRUITS)
    for name in ("first", "second"):
        analyze(tmp_path / name, odd)
    files = [tmp_path / name / "analysis/analysis.json" for name in ("first", "second")]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_the_schema_is_where_both_its_readers_look(tmp_path: Path) -> None:
    analyze(tmp_path, table(one=NOISE, two=[*FRUITS[1:], ""]))
    schema = load("shared/automl/table_schema").Schema.load(tmp_path / "analysis/schema.json")
    assert (schema.target, schema.target_index, schema.labels) == (TARGET, 2, ["no", "yes"])
    assert [(one.name, one.type, one.missing) for one in schema.columns] == [
        ("one", "numeric", False),
        ("two", "categorical", True),
    ]
    assert (tmp_path / "candidates/schema.json").read_text() == (
        tmp_path / "analysis/schema.json"
    ).read_text()
