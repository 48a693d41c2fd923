"""Every wrong request has its problem: the status, the place, CORS headers, and nothing of what was sent."""

import io
import json
from pathlib import Path

import pytest
from gateway import Runtime, handler
from jsonschema import Draft202012Validator
from prediction_service.problem import MAX_ERRORS, TITLES

from quality.fuzz.proxy_event import REQUEST_ID
from quality.resilience.wrong_input.bodies import WRONG_BODIES
from quality.resilience.wrong_input.events import LEAVES, ORIGIN
from quality.resilience.wrong_input.requests import (
    MARK,
    MAX_BODY_BYTES,
    MAX_ROWS,
    WRONG_TRANSPORT,
    Wrong,
    csv_body,
    json_body,
)

WRONG_REQUESTS = [*WRONG_TRANSPORT, *WRONG_BODIES]
OPENAPI = json.loads((Path(__file__).parents[2] / "lambda" / "predict_churn" / "openapi.json").read_text())
PROBLEM = Draft202012Validator({**OPENAPI, "$ref": "#/components/schemas/ProblemDocument"})
LIMITS = {"MAX_BODY_BYTES": str(MAX_BODY_BYTES), "MAX_ROWS": str(MAX_ROWS)}


@pytest.mark.parametrize("wrong", WRONG_REQUESTS, ids=lambda wrong: wrong.name)
def test_a_wrong_request_is_a_problem_that_a_browser_may_read(wrong: Wrong) -> None:
    runtime, log = Runtime(), io.StringIO()
    answer = handler(runtime, log, **LIMITS)(wrong.request)

    assert answer.status == wrong.status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["vary"] == "Origin"
    assert answer.headers["cache-control"] == "no-store"
    PROBLEM.validate(answer.document)
    assert (answer.document["status"], answer.document["title"]) == (wrong.status, TITLES[wrong.status])
    assert answer.document["requestId"] == REQUEST_ID
    if wrong.header:
        name, value = wrong.header
        assert answer.headers[name] == value
    if wrong.place:
        first = answer.document["errors"][0]
        assert (first.get("row"), first.get("column")) == wrong.place
    assert MARK not in answer.text
    assert MARK not in log.getvalue()
    assert not runtime.calls


def test_the_names_of_the_table_are_different() -> None:
    names = [wrong.name for wrong in WRONG_REQUESTS]

    assert len(set(names)) == len(names) >= 120


def test_no_more_than_twenty_faults_are_named() -> None:
    answer = handler(Runtime())(csv_body("x\n" * 500))

    assert [error["row"] for error in answer.document["errors"]] == list(range(1, MAX_ERRORS + 1))


def test_a_fault_in_json_has_its_pointer() -> None:
    answer = handler(Runtime())(json_body('{"customers": [{"state": "ME"}]}'))

    assert answer.document["errors"][0] == {
        "row": 1,
        "column": "account_length",
        "pointer": "#/customers/0/account_length",
        "detail": "Field required",
    }


def test_what_a_field_may_be_is_said_in_the_contracts_words() -> None:
    wrong = LEAVES.replace("156.5", "many").replace("ME", "XX").replace("yes,yes", "yes,oui")
    answer = handler(Runtime())(csv_body(wrong))

    assert [(error["column"], error["detail"]) for error in answer.document["errors"]] == [
        ("state", "Input should be one of the values listed in the API contract"),
        ("vmail_plan", "Input should be 'yes' or 'no'"),
        ("day_mins", "Input should be a valid number"),
    ]
