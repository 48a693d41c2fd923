"""What a linear-learner container answers, in each form that AWS documents and that Autopilot asks for."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from built_in import records
from linear_learner_image.model import DESCRIPTION, WEIGHTS, Description, LinearModel
from linear_models import MODELS, served
from record_bodies import RECORDS
from toolkit.errors import ContainerProblem

CSV, JSON, LINES = "text/csv", "application/json", "application/jsonlines"
# Their raw scores are 0.5 and 1.5.
ROWS = b"1,2,3\n1,1,3\n"
PROBABILITIES = [float(np.float32(1 / (1 + math.exp(-raw)))) for raw in (0.5, 1.5)]
SHARES = [
    [float(each) for each in np.array([math.exp(one) for one in row]) / sum(map(math.exp, row))]
    for row in ([1, 2, 3], [1, 1, 3])
]


def records_of(content: bytes) -> list[dict[str, list[float]]]:
    return [
        {name: list(value.float32_tensor.values) for name, value in record.label.items()}
        for record in records.read(content)
    ]


def answer(model: str, folder: Path, accept: str = "", **variables: str) -> Any:
    response = served(model, folder, **variables).invoke(ROWS, CSV, accept)
    assert response.status == 200, response.body
    media_type = response.content_type.partition(";")[0]
    if media_type == JSON:
        return json.loads(response.body)
    if media_type == LINES:
        assert response.body.endswith(b"\n")
        return [json.loads(line) for line in response.body.splitlines()]
    return records_of(response.body) if media_type == RECORDS else response.body.decode()


# Developer Guide: Linear learner response formats. The threshold of the logistic model is 1.
DOCUMENTED = {
    "logistic": [
        {"score": PROBABILITIES[0], "predicted_label": 0},
        {"score": PROBABILITIES[1], "predicted_label": 1},
    ],
    "hinge": [{"score": 0.5, "predicted_label": 1}, {"score": 1.5, "predicted_label": 1}],
    "regressor": [{"score": 0.5}, {"score": 1.5}],
    "several": [{"score": share, "predicted_label": 2} for share in SHARES],
}


@pytest.mark.parametrize("accept", ["", "*/*", JSON, LINES, RECORDS])
@pytest.mark.parametrize("batch", [{}, {"SAGEMAKER_BATCH": "true"}])
@pytest.mark.parametrize("model", MODELS)
def test_predictions_are_answered_as_documented(
    tmp_path: Path, model: str, batch: dict[str, str], accept: str
) -> None:
    found, expected = answer(model, tmp_path, accept, **batch), DOCUMENTED[model]

    if accept == RECORDS:
        assert found == [
            {
                name: pytest.approx(value if isinstance(value, list) else [value])
                for name, value in row.items()
            }
            for row in expected
        ]
        return
    rows = found if accept == LINES else found["predictions"]
    assert [list(row) for row in rows] == [list(row) for row in expected]
    for row, wanted in zip(rows, expected, strict=True):
        assert row == {name: pytest.approx(value) for name, value in wanted.items()}
        assert isinstance(row.get("predicted_label", 0), int)


# Without SAGEMAKER_INFERENCE_OUTPUT CSV is not documented.
@pytest.mark.parametrize(
    ("model", "text"),
    [("logistic", "0\n1\n"), ("hinge", "1\n1\n"), ("several", "2\n2\n"), ("regressor", "0.5\n1.5\n")],
)
def test_csv_is_the_label_or_the_score_of_a_regressor(tmp_path: Path, model: str, text: str) -> None:
    assert answer(model, tmp_path, CSV) == text


# What Autopilot asks for, in the order in which it is asked.
@pytest.mark.parametrize(
    ("model", "columns", "rows"),
    [
        ("logistic", "predicted_label", [[0], [1]]),
        ("logistic", "predicted_label,probability", [[0, PROBABILITIES[0]], [1, PROBABILITIES[1]]]),
        ("logistic", "Probability, predicted_label", [[PROBABILITIES[0], 0], [PROBABILITIES[1], 1]]),
        ("logistic", "probabilities,labels", [[[1 - one, one], [0, 1]] for one in PROBABILITIES]),
        ("logistic", "score", [[one] for one in PROBABILITIES]),
        ("hinge", "predicted_label,score,labels", [[1, 0.5, [0, 1]], [1, 1.5, [0, 1]]]),
        ("several", "predicted_label,probability", [[2, share[2]] for share in SHARES]),
        ("several", "probabilities,labels", [[share, [0, 1, 2]] for share in SHARES]),
        ("regressor", "predicted_score", [[0.5], [1.5]]),
    ],
)
@pytest.mark.parametrize("accept", [CSV, JSON, LINES, RECORDS])
def test_the_columns_that_are_named_are_answered(
    tmp_path: Path, model: str, columns: str, rows: list[list[Any]], accept: str
) -> None:
    names = columns.lower().replace(" ", "").split(",")

    found = answer(model, tmp_path, accept, SAGEMAKER_INFERENCE_OUTPUT=columns)

    if accept == CSV:
        cells = [line.replace('"', "").replace("[", "").replace("]", "") for line in found.splitlines()]
        assert [[float(cell) for cell in line.split(",")] for line in cells] == [
            pytest.approx(np.hstack(row), abs=1e-6) for row in rows
        ]
        return
    answered = found["predictions"] if accept == JSON else found
    for row, wanted in zip(answered, rows, strict=True):
        assert set(row) == set(names)
        for name, value in zip(names, wanted, strict=True):
            expected = value if accept != RECORDS or isinstance(value, list) else [value]
            assert row[name] == pytest.approx(expected, abs=1e-6)


def test_lists_stand_in_quotes_in_csv(tmp_path: Path) -> None:
    found = answer("several", tmp_path, CSV, SAGEMAKER_INFERENCE_OUTPUT="predicted_label,labels")

    assert found == '2,"[0, 1, 2]"\n2,"[0, 1, 2]"\n'


@pytest.mark.parametrize(
    ("model", "columns", "offered"),
    [
        ("hinge", "probability", "score, predicted_label, labels"),
        ("regressor", "predicted_label", "score, predicted_score"),
        ("logistic", "certainty", "score, predicted_label, labels, probability, probabilities"),
        ("logistic", "predicted_label,", "score, predicted_label"),
    ],
)
def test_a_column_that_the_model_does_not_offer_does_not_start(
    tmp_path: Path, model: str, columns: str, offered: str
) -> None:
    with pytest.raises(ContainerProblem, match=f"SAGEMAKER_INFERENCE_OUTPUT names .* offers {offered}"):
        served(model, tmp_path, SAGEMAKER_INFERENCE_OUTPUT=columns)


def test_the_default_accept_answers_where_there_is_none(tmp_path: Path) -> None:
    variables = {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": CSV, "SAGEMAKER_INFERENCE_OUTPUT": "predicted_label"}

    assert answer("logistic", tmp_path, "", **variables) == "0\n1\n"
    assert answer("logistic", tmp_path, JSON, **variables) == {
        "predictions": [{"predicted_label": 0}, {"predicted_label": 1}]
    }


def test_a_default_accept_that_is_not_written_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(
        ContainerProblem, match="SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT is image/png; it can be"
    ):
        served("logistic", tmp_path, SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT="image/png")


@pytest.mark.parametrize(
    ("accept", "content_type"), [(CSV, "text/csv; charset=utf-8"), ("", JSON), (LINES, LINES)]
)
def test_the_content_type_is_that_of_the_answer(tmp_path: Path, accept: str, content_type: str) -> None:
    assert served("logistic", tmp_path).invoke(ROWS, CSV, accept).content_type == content_type


@pytest.mark.parametrize(
    ("content", "content_type", "accept", "status"),
    [
        (ROWS, CSV, "image/png", 406),
        (ROWS, "text/libsvm", "", 415),
        (b"1,2\n", CSV, "", 400),
        (b"", CSV, "", 400),
    ],
)
def test_what_is_not_answered_is_a_problem_that_repeats_nothing(
    tmp_path: Path, content: bytes, content_type: str, accept: str, status: int
) -> None:
    response = served("logistic", tmp_path).invoke(content, content_type, accept)

    assert (response.status, response.content_type) == (status, "application/problem+json")
    assert json.loads(response.body)["status"] == status


@pytest.mark.parametrize("accept", [CSV, JSON])
def test_a_score_that_no_number_holds_is_refused_by_its_row(tmp_path: Path, accept: str) -> None:
    response = served("regressor", tmp_path).invoke(b"1,2,3\n3e38,0,3e38\n", CSV, accept)

    assert response.status == 400
    assert json.loads(response.body)["detail"] == "Row 2: its score is infinite in single precision."


def test_batch_transform_may_send_several_rows(tmp_path: Path) -> None:
    response = served("logistic", tmp_path, MAX_CONTENT_LENGTH=str(3 * 1024**2)).execution_parameters()

    found = json.loads(response.body)
    assert (found["BatchStrategy"], found["MaxPayloadInMB"]) == ("MULTI_RECORD", 3)
    assert found["MaxConcurrentTransforms"] >= 1


def test_a_model_is_loaded_as_it_was_saved(tmp_path: Path) -> None:
    MODELS["several"].save(tmp_path)
    found = LinearModel.load(tmp_path)

    assert found.description == MODELS["several"].description
    assert np.array_equal(found.weights, MODELS["several"].weights)
    assert sorted(path.name for path in tmp_path.iterdir()) == [DESCRIPTION, WEIGHTS]


def _of_the_image(folder: Path) -> None:
    (folder / "model_algo-1").write_bytes(b"PK")


def _without_weights(folder: Path) -> None:
    MODELS["logistic"].save(folder)
    (folder / WEIGHTS).unlink()


def _pickled(folder: Path) -> None:
    MODELS["logistic"].save(folder)
    np.savez(
        folder / WEIGHTS, weights=np.array([object()], dtype=object), bias=np.zeros(1), allow_pickle=True
    )


def _described(**changes: Any) -> Any:
    def write(folder: Path) -> None:
        MODELS["logistic"].save(folder)
        path = folder / DESCRIPTION
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

    return write


def _infinite(folder: Path) -> None:
    LinearModel(Description("regressor", "squared_loss", 1, 1, 0.0), np.array([[np.inf]]), np.zeros(1)).save(
        folder
    )


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda folder: None, "the model folder has no linear-learner.json"),
        (_of_the_image, "model_algo-1 is a model of the managed image, in MXNet's format"),
        (_without_weights, "the model folder has no weights.npz"),
        (_pickled, "are not a model of this image"),
        (_described(format="other"), "expected the format slipway-linear-learner-1, got other"),
        (_described(features=4), "expected weights of 4 features and 1 outputs"),
        (_described(loss="squared_loss"), "expected a loss of a binary_classifier, got squared_loss"),
        (_described(predictor_type="forest"), "expected a loss of a forest, got logistic"),
        (_described(more=1), "are not a model of this image"),
        (_infinite, "expected finite weights"),
    ],
)
def test_a_folder_without_such_a_model_does_not_start(tmp_path: Path, write: Any, message: str) -> None:
    (tmp_path / "model").mkdir()
    write(tmp_path / "model")

    with pytest.raises(ContainerProblem) as refused:
        LinearModel.load(tmp_path / "model")
    assert message in str(refused.value)
