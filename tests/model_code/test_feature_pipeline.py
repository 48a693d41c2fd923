"""Groups of columns through their transformers: many rows at once and one alone, saved and loaded."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_scripts import load, names_of_the_same

pipelines = load("shared/transformers/feature_pipeline")
saved = load("shared/transformers/saved_transformers")
cells = load("shared/transformers/cell_numbers")
RequestError = load("shared/script/hop_request").RequestError
Group, Pipeline, TRANSFORMERS = pipelines.ColumnGroup, pipelines.FeaturePipeline, saved.TRANSFORMERS

NAMES = ["Plan", "Mins", "Phone", "Calls", "State"]


def make(name: str, **parameters: Any) -> Any:
    return TRANSFORMERS[name](**parameters)


def dense() -> Any:
    return Pipeline(
        [
            Group(
                ["Calls", "Mins"],
                [
                    make("QuantileExtremeValuesTransformer", quantile=95, threshold_std=1.0),
                    make("RobustImputer", strategy="median", add_indicator=True),
                ],
            ),
            Group(["Plan"], [make("ThresholdOneHotEncoder", threshold=2)]),
            Group(
                ["Phone", "State"], [make("MultiColumnTfidfVectorizer"), make("RobustPCA", n_components=2)]
            ),
        ],
        [make("RobustPCA", n_components=4), make("RobustStandardScaler")],
    )


def sparse() -> Any:
    return Pipeline(
        [
            Group(["Mins", "Calls"], [make("RobustImputer", strategy="constant", fill_value=math.nan)]),
            Group(["Plan", "State"], [make("ThresholdOneHotEncoder", threshold=2)]),
            Group(["Phone"], [make("MultiColumnTfidfVectorizer", analyzer="char_wb", ngram_range=(2, 3))]),
        ],
        [make("RobustStandardScaler")],
    )


NUMBER = st.one_of(
    st.just(""),
    st.integers(-99, 99).map(str),
    st.floats(-1e9, 1e9).map(repr),
    st.sampled_from([" 7 ", "1e300"]),
)
TEXT = st.text(st.sampled_from('ab7 -ü"'), max_size=8)
ROW = st.tuples(st.sampled_from(["no", "yes", "", "?"]), NUMBER, TEXT, NUMBER, st.sampled_from(["KS", "OH"]))


def training_rows() -> list[list[str]]:
    random = np.random.default_rng(5)
    rows = [
        [
            str(random.choice(["no", "yes"], p=[0.7, 0.3])),
            repr(round(float(random.normal(180, 50)), 1)),
            f"{random.choice([408, 415, 510], p=[0.5, 0.3, 0.2])}-{number:04}",
            str(int(random.integers(0, 9)) ** 4),
            str(random.choice(["KS", "OH", "NJ"], p=[0.5, 0.3, 0.2])),
        ]
        for number in range(60)
    ]
    rows[3][1] = ""
    return rows


def fit(pipeline: Any) -> Any:
    pipeline.fit(NAMES, [*zip(*training_rows(), strict=True)])
    return pipeline


FITTED = {"dense": fit(dense()), "sparse": fit(sparse())}


@pytest.mark.parametrize("kind", FITTED)
@given(st.lists(ROW, min_size=1, max_size=5))
def test_a_row_alone_has_the_features_that_it_has_among_others(kind: str, rows: list[Any]) -> None:
    pipeline = FITTED[kind]
    together = pipeline.transform([*zip(*rows, strict=True)])
    alone = np.stack([pipeline.row(row) for row in rows])
    assert together.shape == (len(rows), pipeline.width)
    assert np.allclose(together, alone, rtol=1e-9, atol=1e-9, equal_nan=True)


@pytest.mark.parametrize("kind", FITTED)
def test_what_is_saved_is_loaded_the_same_and_saved_the_same(kind: str, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    FITTED[kind].save(first)
    loaded = Pipeline.load(first)
    columns = [*zip(*training_rows(), strict=True)]
    assert np.array_equal(loaded.transform(columns), FITTED[kind].transform(columns), equal_nan=True)
    loaded.save(second)
    assert names_of_the_same(first, second) == ["features.json", "features.npz"]


def test_what_is_saved_is_json_and_arrays_without_pickles(tmp_path: Path) -> None:
    FITTED["sparse"].save(tmp_path)
    document = json.loads(
        (tmp_path / "features.json").read_text(),
        parse_constant=lambda text: pytest.fail(f"{text} is no JSON"),
    )
    [numeric, *_] = document["groups"]
    assert numeric["transformers"][0]["parameters"]["fill_value"] == "nan"
    with np.load(tmp_path / "features.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype.kind in "fi" for name in arrays)


@pytest.mark.parametrize("kind", FITTED)
def test_it_fits_the_same_in_pieces_of_any_size(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipelines, "MOST_ROWS", 7)
    columns = [*zip(*training_rows(), strict=True)]
    in_pieces = fit({"dense": dense, "sparse": sparse}[kind]()).transform(columns)
    assert np.allclose(in_pieces, FITTED[kind].transform(columns), atol=1e-9, equal_nan=True)


GOOD = ["no", "1.5", "001-0001", "3", "KS"]


@pytest.mark.parametrize("cell", ["much", "1_000", "0x1f", "१", "1,5", "1 2", "1 2/3"])
@pytest.mark.parametrize(("column", "place"), [("Mins", 1), ("Calls", 3)])
def test_a_cell_that_is_no_number_is_named_by_row_and_column(cell: str, column: str, place: int) -> None:
    bad = [*GOOD]
    bad[place] = cell
    also = [*GOOD]
    also[1] = also[3] = "much"
    expected = f'row 12: column "{column}" is not a number'
    for ask in (
        lambda: FITTED["dense"].transform([*zip(GOOD, bad, also, strict=True)], first_row=11),
        lambda: FITTED["dense"].row(bad, row=12),
    ):
        with pytest.raises(RequestError) as refused:
            ask()
        assert (refused.value.status, str(refused.value)) == (422, expected)


@pytest.mark.parametrize("cell", ["", " ", "-", "nan", "NULL", "N/A", "-inf", "1e999"])
def test_a_cell_without_a_value_is_a_missing_number(cell: str) -> None:
    assert math.isnan(cells.number(cell, "Mins"))
    assert math.isnan(cells.numbers(["1", cell], "Mins")[1])


def test_a_number_may_be_grouped_and_have_space_around_it() -> None:
    assert cells.numbers(["1,234.5", " 7 "], "Mins").tolist() == [1234.5, 7]


@given(st.lists(st.one_of(NUMBER, st.text("0123456789+-.eE ", max_size=6)), min_size=1, max_size=6))
def test_a_column_is_read_as_its_cells_are(column: list[str]) -> None:
    try:
        expected = [cells.number(cell, "Mins") for cell in column]
    except RequestError:
        with pytest.raises(RequestError):
            cells.numbers(column, "Mins")
    else:
        assert np.array_equal(cells.numbers(column, "Mins"), expected, equal_nan=True)


def test_a_column_that_the_table_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no column 'Mins' in the table"):
        dense().fit(["Plan", "Phone", "Calls", "State"], [["a"]] * 4)
