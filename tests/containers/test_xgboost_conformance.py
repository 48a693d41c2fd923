"""The XGBoost stand-in's serving against the managed image's contract, case by case.

The model has four features. `{a}` and `{b}` in an expected answer are the scores of the rows `A` and `B`.
"""

import http.client
import json
import os
import threading
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from container_process import Container, start_failure
from scored_rows import A, B, score

LIBSVM_A, LIBSVM_B = "0:1.5 1:2.25 2:0.0 3:3.0", "0:6.0 1:5.5 2:2.0 3:1.0"
CSV, JSON, LINES = "text/csv; charset=utf-8", "application/json", "application/jsonlines"
PROBLEM = "application/problem+json"


class Case(NamedTuple):
    name: str
    body: str | bytes
    content_type: str | None
    accept: str | None
    status: int
    answer_type: str
    answer: str | None


SCORED = [
    Case("a row of csv", A, "text/csv", None, 200, CSV, "{a}\n"),
    Case("a row of csv with its newline", A + "\n", "text/csv", None, 200, CSV, "{a}\n"),
    Case("two rows of csv", f"{A}\n{B}", "text/csv", "text/csv", 200, CSV, "{a}\n{b}\n"),
    Case("csv with a charset", A, "text/csv; charset=utf-8", None, 200, CSV, "{a}\n"),
    Case("csv in upper case", A, "TEXT/CSV", None, 200, CSV, "{a}\n"),
    Case("csv that names its label size", A, "text/csv; label_size=1", None, 200, CSV, "{a}\n"),
    Case("csv by its short name", A, "csv", None, 200, CSV, "{a}\n"),
    Case("lines that end with CR LF", f"{A}\r\n{B}\r\n", "text/csv", None, 200, CSV, "{a}\n{b}\n"),
    Case("semicolons", A.replace(",", ";"), "text/csv", None, 200, CSV, "{a}\n"),
    Case("tabs", A.replace(",", "\t"), "text/csv", None, 200, CSV, "{a}\n"),
    Case("spaces", A.replace(",", " "), "text/csv", None, 200, CSV, "{a}\n"),
    Case("blanks around numbers", A.replace(",", " , "), "text/csv", None, 200, CSV, "{a}\n"),
    Case("any accept", A, "text/csv", "*/*", 200, CSV, "{a}\n"),
    Case("accept with a parameter", A, "text/csv", "text/csv; charset=utf-8", 200, CSV, "{a}\n"),
    Case(
        "json out",
        f"{A}\n{B}",
        "text/csv",
        "application/json",
        200,
        JSON,
        '{{"predictions": [{{"score": {a}}}, {{"score": {b}}}]}}',
    ),
    Case("libsvm", LIBSVM_A, "text/libsvm", None, 200, CSV, "{a}\n"),
    Case("libsvm by its other name", LIBSVM_A, "text/x-libsvm", None, 200, CSV, "{a}\n"),
    Case("no content type is libsvm", f"{LIBSVM_A}\n{LIBSVM_B}\n", None, None, 200, CSV, "{a}\n{b}\n"),
    Case("libsvm with a label", f"1 {LIBSVM_A}", "text/libsvm", None, 200, CSV, "{a}\n"),
    Case("nothing at all", "", "text/csv", None, 204, "", ""),
]
REFUSED = [
    Case("an unknown accept", A, "text/csv", "image/png", 406, PROBLEM, None),
    Case("json in", json.dumps([[1, 2, 3, 4]]), "application/json", None, 415, PROBLEM, None),
    Case("an unknown type", A, "image/png", None, 415, PROBLEM, None),
    Case("another label size", A, "text/csv; label_size=2", None, 415, PROBLEM, None),
    Case("bars between numbers with points", A.replace(",", "|"), "text/csv", None, 415, PROBLEM, None),
    Case("a word", "1,2,yes,4", "text/csv", None, 415, PROBLEM, None),
    Case("a header", f"a,b,c,d\n{A}", "text/csv", None, 415, PROBLEM, None),
    Case("json that is called csv", "[[1,2,3,4]]", "text/csv", None, 415, PROBLEM, None),
    Case("quoted numbers", '"1","2","3","4"', "text/csv", None, 415, PROBLEM, None),
    Case("blanks alone", " \n ", "text/csv", None, 415, PROBLEM, None),
    Case("rows of unequal length", f"{A}\n1,2", "text/csv", None, 415, PROBLEM, None),
    Case("an empty row between rows", f"{A}\n\n{B}", "text/csv", None, 415, PROBLEM, None),
    Case("infinity", "1,2,inf,4", "text/csv", None, 415, PROBLEM, None),
    Case("a number beyond single precision", "1,2,1e39,4", "text/csv", None, 415, PROBLEM, None),
    Case("bytes that are not text", b"\xff\xfe,2,3,4", "text/csv", None, 415, PROBLEM, None),
    Case("csv without a content type", A, None, None, 415, PROBLEM, None),
    Case("libsvm with a word", "0:1 1:x", "text/libsvm", None, 415, PROBLEM, None),
    Case("libsvm with a word between", "0:1 x 1:2", "text/libsvm", None, 415, PROBLEM, None),
    Case("libsvm with an underscore", "0:1_0", "text/libsvm", None, 415, PROBLEM, None),
    Case("libsvm that counts in words", "one:1", "text/libsvm", None, 415, PROBLEM, None),
    Case("too many columns", f"{A},5", "text/csv", None, 400, PROBLEM, None),
    Case("a feature too many in libsvm", "0:1 4:2", "text/libsvm", None, 400, PROBLEM, None),
    Case("a negative feature in libsvm", "-1:1", "text/libsvm", None, 415, PROBLEM, None),
]


def by_name(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.name)


@pytest.fixture(scope="session", params=["strict", "managed"])
def either(
    request: pytest.FixtureRequest, xgboost_container: Container, managed_xgboost_container: Container
) -> Container:
    return xgboost_container if request.param == "strict" else managed_xgboost_container


@by_name(SCORED + REFUSED)
def test_serving(either: Container, case: Case) -> None:
    answer = either.invoke(case.body, case.content_type, case.accept)

    assert (answer.status, answer.content_type) == (case.status, case.answer_type)
    if case.answer is not None:
        assert answer.body.decode() == case.answer.format(a=score(either, A), b=score(either, B))


def test_a_refusal_names_row_and_column_and_repeats_nothing(xgboost_container: Container) -> None:
    answer = xgboost_container.invoke(f"{A}\n1,2,secret,4", "text/csv")

    assert (
        json.loads(answer.body)["detail"] == "The body is not CSV of numbers. Row 2, column 3: not a number."
    )


def test_the_two_rows_have_different_scores(xgboost_container: Container) -> None:
    assert float(score(xgboost_container, A)) < 0.5 < float(score(xgboost_container, B))


@pytest.mark.parametrize("missing", ["1.5,,0.0,3.0", "1.5,2.25,0.0,", "1.5,,,"])
def test_an_empty_cell_is_missing_as_an_absent_feature_is_in_libsvm(either: Container, missing: str) -> None:
    pairs = " ".join(f"{index}:{cell}" for index, cell in enumerate(missing.split(",")) if cell)

    assert either.invoke(missing, "text/csv").body == either.invoke(pairs, "text/libsvm").body


def test_a_row_of_libsvm_without_the_first_feature_says_that_it_counts_from_0(either: Container) -> None:
    answer = either.invoke("0:nan 1:2.25 2:0.0 3:3.0", "text/libsvm")

    assert answer.body == either.invoke(",2.25,0.0,3.0", "text/csv").body


def test_too_few_columns_are_refused(xgboost_container: Container) -> None:
    answer = xgboost_container.invoke("1.5,2.25", "text/csv")

    assert answer.status == 400
    assert json.loads(answer.body)["detail"] == "The rows have 2 columns, the model has 4 features."


def test_too_few_columns_are_scored_as_missing_by_the_managed_image(
    managed_xgboost_container: Container,
) -> None:
    answer = managed_xgboost_container.invoke("1.5,2.25", "text/csv")

    assert (answer.status, answer.body) == (
        200,
        managed_xgboost_container.invoke("1.5,2.25,,", "text/csv").body,
    )


def test_a_body_over_6_mib_is_413(xgboost_container: Container) -> None:
    row = (A + "\n").encode()
    fits = row * (6 * 1024 * 1024 // len(row))

    assert xgboost_container.invoke(fits, "text/csv").status == 200
    assert xgboost_container.invoke(fits + row, "text/csv").status == 413


def test_rows_of_a_body_in_pieces_keep_their_order_and_their_numbers(xgboost_container: Container) -> None:
    a, b = score(xgboost_container, A), score(xgboost_container, B)
    rows = [A, B] * 40_000

    answer = xgboost_container.invoke("\n".join(rows), "text/csv")
    assert answer.body.decode().split() == [a, b] * 40_000

    rows[70_000] = "1,2,3,x"
    refusal = xgboost_container.invoke("\n".join(rows), "text/csv")
    assert "Row 70001, column 4" in refusal.body.decode()


def test_rows_and_large_bodies_at_once_each_get_their_own_scores(xgboost_container: Container) -> None:
    a, b = score(xgboost_container, A), score(xgboost_container, B)
    body = f"{A}\n{B}\n" * 20_000
    large: list[list[str]] = []

    def score_many() -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", xgboost_container.port)) as connection:
            for _ in range(5):
                connection.request("POST", "/invocations", body, {"Content-Type": "text/csv"})
                large.append(connection.getresponse().read().decode().split())

    worker = threading.Thread(target=score_many)
    worker.start()
    rows = [score(xgboost_container, row) for row in [A, B] * 200]
    worker.join()

    assert rows == [a, b] * 200
    assert large == [[a, b] * 20_000] * 5


def test_execution_parameters(xgboost_container: Container) -> None:
    answer = xgboost_container.request("GET", "/execution-parameters")

    assert answer.content_type == "application/json"
    assert json.loads(answer.body) == {
        "MaxConcurrentTransforms": os.cpu_count(),
        "BatchStrategy": "MULTI_RECORD",
        "MaxPayloadInMB": 6,
    }


@pytest.mark.parametrize(("accept", "content_type"), [(None, CSV), (JSON, JSON)])
def test_a_batch_job_gets_a_line_a_prediction_whatever_it_accepts(
    trained: Path, xgboost_container: Container, accept: str | None, content_type: str
) -> None:
    with Container("xgboost_image", trained, SAGEMAKER_BATCH="true") as container:
        answer = container.invoke(f"{A}\n{B}", "text/csv", accept)

    expected = f"{score(xgboost_container, A)}\n{score(xgboost_container, B)}\n"
    assert (answer.status, answer.content_type, answer.body.decode()) == (200, content_type, expected)


def test_the_environment_sets_the_limit_and_the_default_accept(trained: Path) -> None:
    variables = {"MAX_CONTENT_LENGTH": "1048576", "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "application/json"}

    with Container("xgboost_image", trained, **variables) as container:
        assert container.invoke(A, "text/csv").content_type == "application/json"
        assert container.invoke(b"1" * 1_048_577, "text/csv").status == 413
        parameters = json.loads(container.request("GET", "/execution-parameters").body)
        assert parameters["MaxPayloadInMB"] == 1


# What SAGEMAKER_INFERENCE_OUTPUT selects, in the order in which it names them; {p} is the score of row B.
SELECTIONS = [
    ("predicted_label", "1"),
    ("predicted_label,probability", "1,{p}"),
    ("probability, predicted_label", "{p},1"),
    ("Labels,Probabilities", '"[0, 1]","[{q}, {p}]"'),
]


@pytest.mark.parametrize(("columns", "expected"), SELECTIONS)
def test_selected_columns_in_csv(
    trained: Path, xgboost_container: Container, columns: str, expected: str
) -> None:
    p = score(xgboost_container, B)
    line = expected.format(p=p, q=1.0 - float(p))

    with Container("xgboost_image", trained, SAGEMAKER_INFERENCE_OUTPUT=columns) as container:
        assert container.invoke(f"{B}\n{B}", "text/csv").body.decode() == f"{line}\n{line}"
        assert container.invoke(B, "text/csv", "image/png").status == 406


def test_selected_columns_in_json(trained: Path) -> None:
    columns = "predicted_label,raw_scores"

    with Container("xgboost_image", trained, SAGEMAKER_INFERENCE_OUTPUT=columns) as container:
        document = json.loads(container.invoke(B, "text/csv", JSON).body)
        line = json.loads(container.invoke(B, "text/csv", LINES).body)

    assert document == {"predictions": [line]}
    assert line["predicted_label"] == 1
    assert sum(line["raw_scores"]) == 1


def test_selected_columns_of_a_batch_job_end_with_a_newline(trained: Path) -> None:
    variables = {"SAGEMAKER_INFERENCE_OUTPUT": "predicted_label", "SAGEMAKER_BATCH": "true"}

    with Container("xgboost_image", trained, **variables) as container:
        assert container.invoke(f"{A}\n{B}", "text/csv").body == b"0\n1\n"


def test_a_column_that_the_objective_does_not_offer_is_refused_at_start(trained: Path) -> None:
    log = start_failure("xgboost_image", trained, SAGEMAKER_INFERENCE_OUTPUT="predicted_score")

    assert "SAGEMAKER_INFERENCE_OUTPUT names predicted_score" in log


def test_such_a_column_is_nan_in_the_managed_image(trained: Path) -> None:
    variables = {
        "SAGEMAKER_INFERENCE_OUTPUT": "predicted_score,predicted_label",
        "SLIPWAY_MANAGED_BEHAVIOR": "1",
    }

    with Container("xgboost_image", trained, **variables) as container:
        assert container.invoke(B, "text/csv").body == b"nan,1"
