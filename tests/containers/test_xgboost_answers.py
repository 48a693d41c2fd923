"""Every Accept in each mode, as the managed XGBoost image answers it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from built_in import records
from record_bodies import body, record, sparse
from toolkit.errors import ContainerProblem
from xgboost_image import answers
from xgboost_models import ROWS, booster, csv, detail, model, raw

CSV, JSON, LINES = "text/csv", "application/json", "application/jsonlines"
RECORDS = "application/x-recordio-protobuf"

# By the shape of what they predict: a score, a label, several numbers.
OBJECTIVES = [
    "binary:logistic",
    "binary:logitraw",
    "binary:hinge",
    "multi:softmax",
    "multi:softprob",
    "reg:squarederror",
    "reg:absoluteerror",
    "count:poisson",
    "rank:pairwise",
    "survival:aft",
]
BODY = csv(ROWS[:2])


def numbers(objective: str) -> list[Any]:
    """What XGBoost itself predicts for the two rows: numbers, or lists of numbers."""
    import xgboost

    predicted = booster(objective).predict(xgboost.DMatrix(ROWS[:2]))
    listed: list[Any] = predicted.tolist()
    return listed


def bare(values: list[Any]) -> str:
    return "".join(
        (",".join(map(str, value)) if isinstance(value, list) else str(value)) + "\n" for value in values
    )


def scored(values: list[Any]) -> str:
    return json.dumps({"predictions": [{"score": value} for value in values]})


def joined(values: list[Any]) -> str:
    return "\n".join(map(str, values)) + "\n"


Written = Callable[[list[Any]], str]
WITH_CHARSET = "text/csv; charset=utf-8"
# Of each mode, by Accept: the answer's content type and how its body is written, or the status of a refusal.
REAL_TIME: dict[str, tuple[str, Written] | int] = {
    **dict.fromkeys(["", "*/*", "*/*;q=0.8", CSV, "TEXT/CSV", WITH_CHARSET], (WITH_CHARSET, bare)),
    JSON: (JSON, scored),
    LINES: 500,
    RECORDS: 500,
    **dict.fromkeys(["image/png", "text/csv, */*", "text/*", "application/x-npy"], 406),
}
BATCH: dict[str, tuple[str, Written] | int] = {
    **dict.fromkeys(["", "*/*", "*/*;q=0.8", CSV, "TEXT/CSV", WITH_CHARSET], (WITH_CHARSET, joined)),
    **{accept: (accept, joined) for accept in (JSON, LINES, RECORDS)},
    **dict.fromkeys(["image/png", "text/csv, */*", "text/*", "application/x-npy"], 406),
}


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize(
    ("variables", "mode"),
    [({}, REAL_TIME), ({"SAGEMAKER_BATCH": "true"}, BATCH), ({"SAGEMAKER_BATCH": "false"}, BATCH)],
    ids=["real time", "batch", "batch, whatever it is set to"],
)
def test_every_accept_is_answered_as_the_mode_has_it(
    tmp_path: Path, objective: str, variables: dict[str, str], mode: dict[str, tuple[str, Written] | int]
) -> None:
    served = model(tmp_path, raw(objective), **variables)

    for accept, answered in mode.items():
        answer = served.invoke(BODY, CSV, accept)
        if isinstance(answered, int):
            assert (answer.status, answer.content_type) == (answered, "application/problem+json"), accept
        else:
            content_type, written = answered
            assert (answer.status, answer.content_type) == (200, content_type), accept
            assert answer.body.decode() == written(numbers(objective)), accept


@pytest.mark.parametrize("variables", [{}, {"SAGEMAKER_BATCH": "true"}])
def test_a_row_alone_is_answered_as_among_others(tmp_path: Path, variables: dict[str, str]) -> None:
    served = model(tmp_path, raw("multi:softprob"), **variables)
    both = served.invoke(BODY, CSV, "").body.splitlines(keepends=True)

    assert [served.invoke(csv(ROWS[at : at + 1]), CSV, "").body for at in (0, 1)] == both


# Autopilot's second container: rows as records, and the labels as CSV for the third one.
@pytest.mark.parametrize("variables", [{}, {"SAGEMAKER_BATCH": "true"}])
@pytest.mark.parametrize("is_sparse", [False, True])
def test_as_the_second_of_a_chain_it_answers_records_with_labels(
    tmp_path: Path, variables: dict[str, str], is_sparse: bool
) -> None:
    served = model(
        tmp_path,
        raw("binary:logistic"),
        SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT=CSV,
        SAGEMAKER_INFERENCE_OUTPUT="predicted_label",
        SAGEMAKER_INFERENCE_SUPPORTED="predicted_label,probability,probabilities",
        **variables,
    )
    write = sparse if is_sparse else record
    request = body(*(write(row) for row in ROWS.tolist()))

    answer = served.invoke(request, RECORDS, "")

    labels = [int(value > 0.5) for value in booster("binary:logistic").inplace_predict(ROWS)]
    assert (answer.status, answer.content_type) == (200, WITH_CHARSET)
    assert [int(line) for line in answer.body.decode().splitlines()] == labels
    assert len(set(labels)) == 2


def test_a_request_that_cannot_be_read_is_415_whatever_it_accepts(tmp_path: Path) -> None:
    assert model(tmp_path, raw("binary:logistic")).invoke(b"no,table", CSV, "image/png").status == 415


COLUMNS = {
    "binary:logistic": "predicted_label,labels,probability,probabilities,raw_score,raw_scores",
    "binary:logitraw": "predicted_label,labels,raw_score,raw_scores",
    "binary:hinge": "predicted_label,labels,raw_score,raw_scores",
    "multi:softmax": "predicted_label,labels,raw_score,raw_scores",
    "multi:softprob": "predicted_label,labels,probability,probabilities,raw_score,raw_scores",
    "reg:squarederror": "predicted_score",
    "reg:absoluteerror": "predicted_score",
    "reg:logistic": "predicted_score",
    "reg:gamma": "predicted_score",
    "reg:tweedie": "predicted_score",
}


def expected(objective: str) -> list[dict[str, Any]]:
    """The columns by what they mean, from XGBoost's own prediction."""
    rows = []
    for value in numbers(objective):
        if objective == "multi:softprob":
            highest = max(value)
            label: Any = int(np.argmax(value))
            several = value
        else:
            highest, several = value, [1.0 - value, value]
            label = {"binary:logistic": int(value > 0.5), "binary:logitraw": int(value > 0)}.get(
                objective, value
            )
        every = {
            "predicted_label": label,
            "labels": [0, 1] if objective.startswith("binary:") else [0, 1, 2],
            "probability": highest,
            "probabilities": several,
            "raw_score": highest,
            "raw_scores": several,
            "predicted_score": highest,
        }
        rows.append({column: every[column] for column in COLUMNS[objective].split(",")})
    return rows


def as_csv(rows: list[dict[str, Any]]) -> str:
    return "\n".join(
        ",".join(f'"{value}"' if isinstance(value, list) else str(value) for value in row.values())
        for row in rows
    )


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("objective", COLUMNS)
def test_selected_columns_are_written_in_every_type_that_the_image_knows(
    tmp_path: Path, objective: str, batch: bool
) -> None:
    variables = {
        "SAGEMAKER_INFERENCE_OUTPUT": COLUMNS[objective],
        **({"SAGEMAKER_BATCH": "1"} if batch else {}),
    }
    served = model(tmp_path, raw(objective), **variables)
    rows = expected(objective)

    answered = {accept: served.invoke(BODY, CSV, accept) for accept in answers.KNOWN}

    assert [answer.status for answer in answered.values()] == [200] * 4
    assert answered[CSV].content_type == "text/csv; charset=utf-8"
    assert [answered[accept].content_type for accept in (JSON, LINES, RECORDS)] == [JSON, LINES, RECORDS]
    assert answered[CSV].body.decode() == as_csv(rows) + ("\n" if batch else "")
    assert json.loads(answered[JSON].body) == {"predictions": rows}
    assert [json.loads(line) for line in answered[LINES].body.splitlines()] == rows
    for row, message in zip(rows, records.read(answered[RECORDS].body), strict=True):
        written = {
            name: list(tensor.values)
            for name, value in message.label.items()
            if (tensor := value.float32_tensor)
        }
        assert written == {
            name: np.atleast_1d(np.float32(value)).astype(float).tolist() for name, value in row.items()
        }
    assert served.invoke(BODY, CSV, "image/png").status == 406


def test_a_default_accept_that_the_mode_cannot_write_is_refused_at_the_start(tmp_path: Path) -> None:
    variables = {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": LINES}

    with pytest.raises(ContainerProblem, match="it can be text/csv, application/json"):
        model(tmp_path, raw("binary:logistic"), **variables)

    chosen = {"SAGEMAKER_INFERENCE_OUTPUT": "probability"}
    assert model(tmp_path, **variables, **chosen).invoke(BODY, CSV, "").content_type == LINES


def test_an_accept_that_cannot_be_written_says_what_can(tmp_path: Path) -> None:
    answer = model(tmp_path, raw("multi:softprob")).invoke(BODY, CSV, LINES)

    assert "accept text/csv or application/json, or set SAGEMAKER_INFERENCE_OUTPUT" in detail(answer)
