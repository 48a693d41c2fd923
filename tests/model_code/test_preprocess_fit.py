"""Fitting the preprocessing: a complete folder of readable parameters, or a refusal."""

import json
from pathlib import Path

import numpy as np
import pytest
from churn_rows import ROW, numbers, with_cell
from model_scripts import load, names_of_the_same, run
from whole_way import Hop, Part

fit = load("churn/preprocess/fit")
inference = load("churn/preprocess/inference")


def fitted(folder: Path, *lines: str) -> tuple[Path, str]:
    train, model = folder / "train", folder / "model"
    train.mkdir(parents=True)
    model.mkdir()
    (train / "train.csv").write_text("".join(line + "\n" for line in lines))
    result = run("churn/preprocess/fit.py", environ={"SM_CHANNEL_TRAIN": train, "SM_MODEL_DIR": model})
    return model, result.stderr


def test_fitting_twice_writes_the_same_complete_folder(tmp_path: Path, parts: tuple[Part, ...]) -> None:
    lines = [f"0,{row}" for row in parts[0].rows[:200]]
    (first, errors), (second, _) = fitted(tmp_path / "a", *lines), fitted(tmp_path / "b", *lines)
    assert errors == ""
    assert names_of_the_same(first, second) == [
        *(
            "churn_arrays.py",
            "churn_cells.py",
            "churn_columns.py",
            "churn_features.py",
            "churn_parameters.py",
        ),
        *("hop_request.py", "inference.py", "plain_number.py", "parameters.json"),
    ]
    hop = Hop("preprocess", inference.model_fn(str(first)))
    np.testing.assert_array_equal(
        numbers(hop.answer(ROW)[0]),
        load("churn/preprocess/churn_features")
        .Features(fit.fit([line.split(",")[1:] for line in lines]))
        .matrix(ROW),
    )


def test_a_column_that_never_changes_is_left_where_it_is() -> None:
    parameters = fit.fit([ROW.split(",")] * 3)
    assert {*parameters.scales.values()} == {1.0}


def test_an_empty_category_is_no_category() -> None:
    parameters = fit.fit([ROW.split(","), with_cell("State", "").split(",")])
    assert parameters.categories["State"] == ["KS"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (ROW, "line 1: 20 columns, expected 21"),
        ("0," + with_cell("Eve Mins", "many"), "'many' in the training part is not a number"),
        ("0," + with_cell("Eve Mins", ""), "column Eve Mins of the training part is empty"),
    ],
)
def test_a_training_part_that_cannot_be_fitted_is_refused(tmp_path: Path, line: str, message: str) -> None:
    model, errors = fitted(tmp_path, line)
    assert message in errors
    assert [*model.iterdir()] == []


def test_parameters_are_json_that_people_can_read(tmp_path: Path) -> None:
    model, _ = fitted(tmp_path, "0," + ROW, "1," + ROW)
    parameters = json.loads((model / "parameters.json").read_text())
    assert parameters["categories"] == {
        "State": ["KS"],
        "Area Code": ["510"],
        "Int'l Plan": ["no"],
        "VMail Plan": ["no"],
    }
    assert parameters["medians"]["Day Mins"] == 137.8
