"""What counts wrong answers: it agrees with the handlers, and sees what is wrong when something is."""

import importlib
import io
import json
from collections.abc import Mapping

import pytest

from quality.resilience import abuse
from quality.resilience.tally import Answer, Tally

PROBLEM = {
    "type": "about:blank",
    "title": "t",
    "status": 422,
    "detail": "d",
    "instance": "i",
    "requestId": "r",
}


HEADERS = {
    "content-type": "application/problem+json",
    "access-control-allow-origin": "https://app.example.com",
    "vary": "Origin",
}


def problem(headers: Mapping[str, str] = HEADERS, **changes: object) -> Answer:
    return Answer(422, headers, json.dumps({**PROBLEM, **changes}).encode())


@pytest.mark.parametrize("workload", abuse.scored())
def test_generated_bodies_are_answered_as_the_contract_says(workload: str) -> None:
    tally = Tally()
    abuse.generate(tally, workload, 700)

    assert tally.bad >= 700
    assert tally.right > 10
    wrong = (tally.faults, tally.wrong, tally.refused, tally.malformed, tally.leaks)
    assert wrong == (0, 0, 0, 0, 0), tally.examples


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(200, {}, b"{}"), "wrong"),
        (Answer(204, {}, b""), "wrong"),
        (Answer(502, {}, b"{}"), "faults"),
        (problem({**HEADERS, "content-type": "application/json"}), "malformed"),
        (problem({"content-type": "application/problem+json", "vary": "Origin"}), "malformed"),
        (Answer(422, HEADERS, b"<html>"), "malformed"),
        (problem(status=400), "malformed"),
        (problem(errors=[{}] * 21), "malformed"),
        (problem(detail="zanzibar"), "leaks"),
        (problem(detail='File "/var/task/x.py"'), "leaks"),
    ],
)
def test_a_wrong_answer_to_bad_input_is_counted(answer: Answer, kind: str) -> None:
    tally = Tally()
    tally.refusal("x", answer)
    assert getattr(tally, kind) == 1


def test_another_status_than_the_table_expects_is_wrong() -> None:
    tally = Tally()
    tally.refusal("x", problem(), 415)
    assert tally.wrong == 1


@pytest.mark.parametrize(
    ("answer", "is_sent", "kind"),
    [
        (Answer(200, {}, b'{"predictions": [1]}'), False, "wrong"),
        (Answer(200, {}, b'{"predictions": [2]}'), True, "wrong"),
        (problem(), True, "refused"),
        (Answer(500, {}, b""), True, "faults"),
    ],
)
def test_a_wrong_answer_to_right_input_is_counted(answer: Answer, is_sent: bool, kind: str) -> None:
    tally = Tally()
    tally.prediction("x", answer, {"predictions": [1]}, is_sent)
    assert getattr(tally, kind) == 1


def test_a_log_with_a_trace_or_with_what_was_sent_is_counted() -> None:
    tally = Tally()
    tally.log("Traceback (most recent call last)\n")
    tally.log('{"message": "zanzibar"}')
    tally.log('{"message": "request"}')
    assert tally.leaks == 2


def test_a_function_that_reads_numbers_too_kindly_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    abuse.handler("churn", io.StringIO())
    rows = importlib.import_module("prediction_service.rows")
    monkeypatch.setitem(rows._READERS, float, lambda text: abs(float(text or 0)))
    tally = Tally()
    abuse.generate(tally, "churn", 400)
    assert tally.wrong > 0


def test_a_function_that_mixes_rows_up_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    abuse.handler("churn", io.StringIO())
    rows = importlib.import_module("prediction_service.rows")
    whole = rows.from_csv
    monkeypatch.setattr(rows, "from_csv", lambda model, cells: whole(model, cells)[::-1])
    tally = Tally()
    abuse.generate(tally, "churn", 2000)
    assert tally.wrong > 0
