"""What the stand-in makes of the files in a model folder, and of models with several outputs."""

import json
import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from container_process import Container, run_training, start_failure, write_csv, write_job
from scored_rows import A, B, score


def model_folder(folder: Path, files: dict[str, bytes]) -> Path:
    (folder / "model").mkdir(parents=True)
    for name, content in files.items():
        (folder / "model" / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def two_models(tmp_path_factory: pytest.TempPathFactory, training_rows: list[list[float]]) -> list[bytes]:
    models = []
    for rounds in ("1", "20"):
        folder = tmp_path_factory.mktemp("ensemble")
        write_job(folder, {"num_round": rounds, "objective": "binary:logistic"}, {"train": "text/csv"})
        write_csv(folder / "input" / "data" / "train" / "train.csv", training_rows)
        assert run_training("xgboost_image", folder).code == 0
        models.append((folder / "model" / "xgboost-model").read_bytes())
    return models


def test_every_file_of_the_model_folder_is_part_of_an_ensemble(
    tmp_path: Path, two_models: list[bytes]
) -> None:
    scores = []
    for name, files in {
        "first": {"a": two_models[0]},
        "second": {"a": two_models[1]},
        "both": {"a": two_models[0], "b": two_models[1], ".hidden": b"not a model"},
    }.items():
        with Container("xgboost_image", model_folder(tmp_path / name, files)) as container:
            scores.append(np.float32(score(container, B)))

    assert scores[0] != scores[1]
    assert scores[2] == np.mean(np.array(scores[:2]), axis=0)


def test_the_ensemble_can_be_switched_off(tmp_path: Path, two_models: list[bytes]) -> None:
    folder = model_folder(tmp_path, {"a": two_models[0], "b": two_models[1]})
    alone = model_folder(tmp_path / "alone", {"a": two_models[0]})

    with (
        Container("xgboost_image", folder, SAGEMAKER_INFERENCE_ENSEMBLE="false") as container,
        Container("xgboost_image", alone) as expected,
    ):
        assert score(container, B) == score(expected, B)


def test_a_stray_file_stops_the_container_by_name(tmp_path: Path, two_models: list[bytes]) -> None:
    folder = model_folder(tmp_path, {"xgboost-model": two_models[0], "metrics.json": b"{}"})

    assert "metrics.json is not an XGBoost model" in start_failure("xgboost_image", folder)


def test_a_pickle_is_refused_and_not_loaded(tmp_path: Path) -> None:
    marker = tmp_path / "ran"

    class Payload:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (marker,)

    folder = model_folder(tmp_path / "ml", {"xgboost-model": pickle.dumps(Payload())})

    assert "xgboost-model is a pickle" in start_failure("xgboost_image", folder)
    assert not marker.exists()


def test_an_empty_model_folder_is_named(tmp_path: Path) -> None:
    assert "has no model file" in start_failure("xgboost_image", model_folder(tmp_path, {}))


@pytest.fixture(scope="module")
def multiclass(tmp_path_factory: pytest.TempPathFactory, training_rows: list[list[float]]) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("multiclass")
    hyperparameters = {"num_round": "2", "objective": "multi:softprob", "num_class": "3"}
    write_job(folder, hyperparameters, {"train": "text/csv"})
    rows = [[float(number % 3), *row[1:]] for number, row in enumerate(training_rows)]
    write_csv(folder / "input" / "data" / "train" / "train.csv", rows)
    assert run_training("xgboost_image", folder).code == 0
    yield folder
    shutil.rmtree(folder)


def test_an_objective_with_several_outputs_gives_a_row_of_them_a_line(multiclass: Path) -> None:
    with Container("xgboost_image", multiclass) as container:
        lines = container.invoke(f"{A}\n{B}", "text/csv").body.decode().splitlines()
        documents = json.loads(container.invoke(f"{A}\n{B}", "text/csv", "application/json").body)

    scores = [[float(cell) for cell in line.split(",")] for line in lines]
    assert [len(row) for row in scores] == [3, 3]
    assert [row["score"] for row in documents["predictions"]] == scores


def test_its_selected_columns_are_the_winning_class_and_all_of_them(multiclass: Path) -> None:
    columns = "predicted_label,labels,probability,probabilities"
    with Container("xgboost_image", multiclass, SAGEMAKER_INFERENCE_OUTPUT=columns) as container:
        row = json.loads(container.invoke(A, "text/csv", "application/json").body)["predictions"][0]

    assert row["labels"] == [0, 1, 2]
    assert row["probability"] == max(row["probabilities"])
    assert row["probabilities"][row["predicted_label"]] == row["probability"]
