"""The XGBoost stand-in's training: data, metric lines, the model file, and the managed image's refusals."""

import re
from pathlib import Path

import numpy as np
import pytest
from container_process import Container, run_training, write_csv, write_job
from hypothesis import given
from hypothesis import strategies as st
from record_bodies import RECORDS, body, sparse
from xgboost_image import metrics

Rows = list[list[float]]
LOGISTIC = {"num_round": "4", "objective": "binary:logistic"}


def job(
    folder: Path,
    parts: dict[str, Rows],
    given: dict[str, str] | None = None,
    content_type: str = "text/csv",
) -> Path:
    write_job(folder, given or LOGISTIC, dict.fromkeys(parts, content_type))
    for name, rows in parts.items():
        write_csv(folder / "input" / "data" / name / f"{name}.csv", rows)
    return folder


def failure(folder: Path) -> str:
    return (folder / "output" / "failure").read_text()


def model(folder: Path) -> bytes:
    return (folder / "model" / "xgboost-model").read_bytes()


def test_a_job_leaves_the_model_and_neither_failure_nor_success(tmp_path: Path, training_rows: Rows) -> None:
    folder = job(tmp_path, {"train": training_rows})

    done = run_training("xgboost_image", folder)

    assert done.code == 0, done.log
    assert [path.name for path in (folder / "model").iterdir()] == ["xgboost-model"]
    assert model(folder).startswith(b"{L\x00\x00\x00\x00\x00\x00\x00\x07learner")
    assert not (folder / "output").exists()


def test_training_twice_gives_the_same_bytes(tmp_path: Path, training_rows: Rows) -> None:
    given = {**LOGISTIC, "subsample": "0.5", "colsample_bytree": "0.5", "seed": "7"}
    folders = [job(tmp_path / name, {"train": training_rows}, given) for name in ("one", "two")]

    for folder in folders:
        assert run_training("xgboost_image", folder).code == 0

    assert model(folders[0]) == model(folders[1])


def test_metric_lines_name_both_channels(tmp_path: Path, training_rows: Rows) -> None:
    given = {**LOGISTIC, "eval_metric": "error,auc"}
    folder = job(tmp_path, {"train": training_rows[:150], "validation": training_rows[150:]}, given)

    lines = run_training("xgboost_image", folder).output.splitlines()

    number = r"\d\.\d{5}"
    for iteration, line in enumerate(lines):
        assert re.fullmatch(
            rf"\[{iteration}\]\ttrain-error:{number}\ttrain-auc:{number}"
            rf"\tvalidation-error:{number}\tvalidation-auc:{number}",
            line,
        )
    assert len(lines) == 4


def test_the_images_own_metrics_stand_behind_xgboosts(tmp_path: Path, training_rows: Rows) -> None:
    folder = job(tmp_path, {"train": training_rows}, {**LOGISTIC, "eval_metric": "f1,error,accuracy"})

    line = run_training("xgboost_image", folder).output.splitlines()[-1]

    values = dict(part.split(":") for part in line.split("\t")[1:])
    assert list(values) == ["train-error", "train-f1", "train-accuracy"]
    assert float(values["train-accuracy"]) == pytest.approx(1 - float(values["train-error"]), abs=1e-5)


def test_a_tuning_jobs_metric_is_evaluated_with_the_others(tmp_path: Path, training_rows: Rows) -> None:
    given = {**LOGISTIC, "eval_metric": "error", "_tuning_objective_metric": "validation:auc"}
    parts = {"train": training_rows[:150], "validation": training_rows[150:]}

    line = run_training("xgboost_image", job(tmp_path, parts, given)).output.splitlines()[0]

    assert re.findall(r"validation-(\w+)", line) == ["auc", "error"]


def test_a_job_is_tuned_by_the_f_score_of_class_1_on_sparse_records(
    tmp_path: Path, training_rows: Rows
) -> None:
    given = {
        **LOGISTIC,
        "num_round": "2",
        "max_depth": "1",
        "eval_metric": "f1,precision,recall",
        "_tuning_objective_metric": "validation:f1_binary",
    }
    write_job(tmp_path, given, dict.fromkeys(("train", "validation"), RECORDS))
    for name, rows in (("train", training_rows[:150]), ("validation", training_rows[150:])):
        path = tmp_path / "input" / "data" / name / "rows"
        path.parent.mkdir(parents=True)
        path.write_bytes(body(*(sparse(features, label) for label, *features in rows if any(features))))

    done = run_training("xgboost_image", tmp_path)

    assert done.code == 0, done.log
    last = done.output.splitlines()[-1]
    values = {name: float(value) for name, value in re.findall(r"validation-(\w+):(\S+)", last)}
    precision, recall = values["precision"], values["recall"]
    assert values["f1_binary"] == pytest.approx(2 * precision * recall / (precision + recall), abs=1e-4)
    assert values["f1"] != values["f1_binary"]


def test_early_stopping_keeps_the_best_round(tmp_path: Path, training_rows: Rows) -> None:
    opposite = [[1 - row[0], *row[1:]] for row in training_rows[150:]]
    given = {**LOGISTIC, "num_round": "50", "early_stopping_rounds": "3", "eval_metric": "logloss"}
    stopped = job(tmp_path / "stopped", {"train": training_rows, "validation": opposite}, given)
    one_round = job(tmp_path / "one", {"train": training_rows}, {**LOGISTIC, "num_round": "1"})

    lines = run_training("xgboost_image", stopped).output.splitlines()
    run_training("xgboost_image", one_round)

    assert len(lines) == 4
    scores = []
    for folder in (stopped, one_round):
        with Container("xgboost_image", folder) as container:
            scores.append(container.invoke("1.0,1.0,1.0,1.0", "text/csv").body)
    assert scores[0] == scores[1]


def test_early_stopping_without_a_named_metric_does_nothing_as_in_the_image(
    tmp_path: Path, training_rows: Rows
) -> None:
    opposite = [[1 - row[0], *row[1:]] for row in training_rows[150:]]
    given = {**LOGISTIC, "num_round": "9", "early_stopping_rounds": "2"}
    folder = job(tmp_path, {"train": training_rows, "validation": opposite}, given)

    assert len(run_training("xgboost_image", folder).output.splitlines()) == 9


def test_several_files_of_a_channel_are_one_table_in_the_order_of_their_names(
    tmp_path: Path, training_rows: Rows
) -> None:
    whole = job(tmp_path / "whole", {"train": training_rows})
    split = job(tmp_path / "split", {"train": training_rows[:70]})
    data = split / "input" / "data" / "train"
    write_csv(data / "train2.csv", training_rows[70:130])
    write_csv(data / "zz" / "more.csv", training_rows[130:])
    (data / "_SUCCESS").write_text("")

    for folder in (whole, split):
        assert run_training("xgboost_image", folder).code == 0

    assert model(whole) == model(split)


def test_weights_stand_in_the_second_column(tmp_path: Path, training_rows: Rows) -> None:
    repeated = [row for row in training_rows for _ in range(2 if row[0] else 1)]
    weighted = [[row[0], 2.0 if row[0] else 1.0, *row[1:]] for row in training_rows]
    settings = {**LOGISTIC, "num_round": "1", "tree_method": "exact"}
    folders = [
        job(tmp_path / "repeated", {"train": repeated}, settings),
        job(tmp_path / "weighted", {"train": weighted}, {**settings, "csv_weights": "1"}),
    ]

    scores = []
    for folder in folders:
        assert run_training("xgboost_image", folder).code == 0
        with Container("xgboost_image", folder) as container:
            scores.append(float(container.invoke("6.0,5.5,2.0,1.0", "text/csv").body))

    assert scores[0] == pytest.approx(scores[1], rel=1e-5)


@pytest.mark.parametrize("content_type", ["text/libsvm", "text/x-libsvm", "libsvm"])
def test_libsvm_gives_the_model_that_csv_gives(
    tmp_path: Path, training_rows: Rows, content_type: str
) -> None:
    csv = job(tmp_path / "csv", {"train": training_rows})
    libsvm = job(tmp_path / "libsvm", {"train": []}, content_type=content_type)
    (libsvm / "input" / "data" / "train" / "train.csv").write_text(
        "".join(
            f"{row[0]} " + " ".join(f"{index}:{value}" for index, value in enumerate(row[1:])) + "\n"
            for row in training_rows
        )
    )

    for folder in (csv, libsvm):
        assert run_training("xgboost_image", folder).code == 0, failure(folder)

    assert model(csv) == model(libsvm)


def test_xgboost_itself_reads_the_model_and_the_container_reads_xgboosts(
    tmp_path: Path, trained: Path, xgboost_container: Container
) -> None:
    xgboost = pytest.importorskip("xgboost")
    rows = np.random.default_rng(3).uniform(0, 8, size=(50, 4)).astype(np.float32)
    body = "\n".join(",".join(map(str, row)) for row in rows.tolist())

    booster = xgboost.Booster(model_file=bytearray(model(trained)))
    expected = booster.predict(xgboost.DMatrix(rows), validate_features=False).tolist()
    scores = xgboost_container.invoke(body, "text/csv").body.decode()
    assert scores == "".join(f"{score}\n" for score in expected)

    for name in ("model.json", "model.ubj"):
        folder = tmp_path / name
        (folder / "model").mkdir(parents=True)
        booster.save_model(folder / "model" / name)
        with Container("xgboost_image", folder) as container:
            assert container.invoke(body, "text/csv").body.decode() == scores


def test_a_linear_model_is_served_too(tmp_path: Path, training_rows: Rows) -> None:
    given = {"num_round": "5", "booster": "gblinear", "objective": "reg:squarederror"}
    folder = job(tmp_path, {"train": training_rows}, given)
    assert run_training("xgboost_image", folder).code == 0

    with Container("xgboost_image", folder) as container:
        ends = [float(container.invoke(row, "text/csv").body) for row in ("0,0,0,0", "2,0,0,0", "4,0,0,0")]

    assert ends[2] - ends[1] == pytest.approx(ends[1] - ends[0], rel=1e-4)
    assert ends[2] > ends[0]


def test_a_refused_hyperparameter_is_exit_1_with_the_message_first(
    tmp_path: Path, training_rows: Rows
) -> None:
    folder = job(tmp_path, {"train": training_rows}, {**LOGISTIC, "eta": "7"})

    assert run_training("xgboost_image", folder).code == 1
    assert failure(folder) == "Hyperparameter eta: 7.0 is not in [0, 1]"
    assert not (folder / "model").exists()


CHANNELS: list[tuple[dict[str, Rows], str, str]] = [
    ({"validation": [[0, 1]]}, "text/csv", "Missing required channel: train"),
    ({"train": [[0, 1]], "extra": [[0, 1]]}, "text/csv", "Extraneous channel found: extra"),
    ({"train": []}, "text/csv", "No data in training channel path"),
    ({"train": [[0, 1], [1, 2]], "validation": []}, "text/csv", "No data in validation channel path"),
    ({"train": [[0, 1]]}, "image/png", "Channel configuration for 'train' channel is not supported"),
    ({"train": [[0], [1]]}, "text/csv", "Failed to load csv data: there is no feature column"),
    ({"train": [[0, 1], [1]]}, "text/csv", "Failed to load csv data: train.csv: Row 2 has 1 columns"),
    ({"train": [["y", "x"], [1, 2]]}, "text/csv", "Failed to load csv data: train.csv: Row 1, column 1"),  # type: ignore[list-item]
    ({"train": [[0, 1]]}, "text/libsvm", "Failed to load libsvm data: train.csv: line 1"),
    ({"train": [[5, 1], [7, 2]]}, "text/csv", "XGB train call failed with exception:\n "),
]


@pytest.mark.parametrize(("parts", "content_type", "message"), CHANNELS)
def test_data_that_cannot_be_trained_on_is_exit_1_with_its_reason(
    tmp_path: Path, parts: dict[str, Rows], content_type: str, message: str
) -> None:
    folder = job(tmp_path, parts, content_type=content_type)

    assert run_training("xgboost_image", folder).code == 1
    assert failure(folder).startswith(message)


@pytest.mark.parametrize(
    ("given", "asks_for"),
    [({"_kfold": "5"}, "cross-validation"), ({"use_dask_gpu_training": "true"}, "training on several GPUs")],
)
def test_what_the_stand_in_does_not_do_is_refused_by_name(
    tmp_path: Path, training_rows: Rows, given: dict[str, str], asks_for: str
) -> None:
    folder = job(tmp_path, {"train": training_rows}, LOGISTIC | given)

    assert run_training("xgboost_image", folder).code == 1
    assert f"The stand-in does not do what {next(iter(given))} asks for: {asks_for}" in failure(folder)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40))
def test_the_images_own_metrics_are_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    reference = pytest.importorskip("sklearn.metrics")

    truth, predicted = np.array(pairs, dtype=float).T
    several = {
        "accuracy": reference.accuracy_score(truth, predicted),
        "f1_macro": reference.f1_score(truth, predicted, average="macro", zero_division=0),
        "precision_macro": reference.precision_score(truth, predicted, average="macro", zero_division=0),
        "recall_macro": reference.recall_score(truth, predicted, average="macro", zero_division=0),
        "mse": reference.mean_squared_error(truth, predicted),
    }
    binary = {
        "f1_binary": reference.f1_score(truth > 0, predicted > 0, zero_division=0),
        "precision": reference.precision_score(truth > 0, predicted > 0, zero_division=0),
        "recall": reference.recall_score(truth > 0, predicted > 0, zero_division=0),
    }

    assert evaluate(truth, predicted, list(several)) == pytest.approx(several)
    assert evaluate((truth > 0) * 1.0, (predicted > 0) * 1.0, list(binary)) == pytest.approx(binary)


def evaluate(truth: np.ndarray, predicted: np.ndarray, names: list[str]) -> dict[str, float]:
    class Matrix:
        def get_label(self) -> np.ndarray:
            return truth

    function = metrics.custom(names)
    assert function is not None
    return dict(function(predicted, Matrix()))
