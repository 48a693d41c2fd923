"""The linear-learner stand-in as SageMaker starts it: a training job, then a container with its model."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from container_process import Container, run_training, start_failure, write_csv, write_job
from record_bodies import RECORDS, body, record, sparse

ROWS = [[float(number % 3 == 0), float(number % 3), float(number % 7)] for number in range(200)]


@pytest.fixture(scope="module")
def trained_linear(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("linear-learner") / "opt" / "ml"
    write_job(
        folder,
        {"predictor_type": "binary_classifier", "mini_batch_size": "20"},
        {"train": "text/csv", "validation": "text/csv"},
    )
    for name, rows in (("train", ROWS[:150]), ("validation", ROWS[150:])):
        write_csv(folder / "input" / "data" / name / "rows.csv", rows)
    job = run_training("linear_learner_image", folder)
    assert job.code == 0, job.log
    assert (
        "#quality_metric: host=algo-1, validation binary_classification_accuracy <score>=1.0\n" in job.output
    )
    return folder


@pytest.fixture(scope="module")
def container(trained_linear: Path) -> Iterator[Container]:
    with Container("linear_learner_image", trained_linear) as running:
        yield running


def test_a_container_is_ready_and_has_execution_parameters(container: Container) -> None:
    assert container.request("GET", "/ping").status == 200
    answer = container.request("GET", "/execution-parameters")
    assert json.loads(answer.body)["BatchStrategy"] == "MULTI_RECORD"


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        ("text/csv", b"0,1\n2,5\n"),
        ("application/json", b'{"instances": [{"features": [0, 1]}, {"features": [2, 5]}]}'),
        ("application/jsonlines", b'{"features": [0, 1]}\n{"features": [2, 5]}\n'),
        (RECORDS, body(record([0, 1]), record([2, 5]))),
        (RECORDS, body(sparse([0, 1]), sparse([2, 5]))),
    ],
)
def test_rows_in_each_form_are_answered_alike(
    container: Container, content_type: str, content: bytes
) -> None:
    answer = container.invoke(content, content_type)

    assert (answer.status, answer.content_type) == (200, "application/json")
    assert [row["predicted_label"] for row in json.loads(answer.body)["predictions"]] == [1, 0]


def test_as_the_second_of_a_chain_it_answers_records_with_labels(trained_linear: Path) -> None:
    autopilots = {
        "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
        "SAGEMAKER_INFERENCE_OUTPUT": "predicted_label",
        "SAGEMAKER_INFERENCE_SUPPORTED": "predicted_label,probability,probabilities",
    }
    with Container("linear_learner_image", trained_linear, **autopilots) as running:
        answer = running.invoke(body(sparse([0, 1]), sparse([2, 5])), RECORDS)

    assert (answer.status, answer.content_type) == (200, "text/csv; charset=utf-8")
    assert answer.body == b"1\n0\n"


def test_without_a_model_the_container_does_not_start(tmp_path: Path) -> None:
    log = start_failure("linear_learner_image", tmp_path)

    assert "the container cannot start: the model folder has no linear-learner.json" in log
