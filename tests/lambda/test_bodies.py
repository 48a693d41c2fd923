"""Bodies of every kind: each is scored as it stands, or is a problem; none is a fault of ours."""

import json
import math
import string
from pathlib import Path
from typing import Any

import pytest
from churn_api import PREDICTION
from churn_contract import Customer
from churn_scoring import rows
from gateway import Context, Runtime, handler
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from prediction_service.parsing import MAX_DEPTH, csv_rows, decimal, integer, json_document
from prediction_service.problem import Problem
from pydantic import ValidationError

from quality.fuzz.proxy_event import complete
from quality.resilience.wrong_input.customer import CUSTOMER
from quality.resilience.wrong_input.requests import csv_body, json_body

OPENAPI = json.loads((Path(__file__).parents[2] / "lambda" / "predict_churn" / "openapi.json").read_text())
SCHEMA = Draft202012Validator({**OPENAPI, "$ref": "#/components/schemas/Customer"})
STATES = OPENAPI["components"]["schemas"]["Customer"]["properties"]["state"]["enum"]

PROBLEMS = {400, 413, 422}

counts = st.integers(0, 10_000)
minutes = st.floats(0, 44_640, allow_nan=False).map(abs)
charges = st.floats(0, 10_000, allow_nan=False).map(abs)
yes_or_no = st.sampled_from(["yes", "no"])
right_customers = st.fixed_dictionaries(
    {
        "state": st.sampled_from(STATES),
        "account_length": counts,
        "area_code": st.from_regex(r"[2-9][0-9]{2}", fullmatch=True, alphabet=string.digits),
        "phone": st.from_regex(r"[0-9]{3}-[0-9]{4}", fullmatch=True, alphabet=string.digits + "-"),
        "intl_plan": yes_or_no,
        "vmail_plan": yes_or_no,
        "vmail_message": counts,
        **{f"{period}_mins": minutes for period in ("day", "eve", "night", "intl")},
        **{f"{period}_calls": counts for period in ("day", "eve", "night", "intl")},
        **{f"{period}_charge": charges for period in ("day", "eve", "night", "intl")},
        "custserv_calls": counts,
    }
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
documents = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


def accepted(body: dict[str, Any]) -> bool:
    """Whether the body is scored; if not, it is one of the problems of a body."""
    answer = handler(Runtime())(body)
    assert answer.status == 200 or answer.status in PROBLEMS
    return answer.status == 200


@given(st.lists(right_customers, min_size=1, max_size=5))
def test_right_customers_reach_the_endpoint_unchanged(
    customers: list[dict[str, Any]],
) -> None:
    read = PREDICTION.decode["application/json"](json.dumps({"customers": customers}), 10)
    sent = rows(read).decode()

    assert [customer.model_dump() for customer in read] == [
        {name: customer[name] for name in CUSTOMER} for customer in customers
    ]
    assert PREDICTION.decode["text/csv"](sent, 10) == read


@given(right_customers, st.sampled_from(list(CUSTOMER)), documents)
def test_the_published_schema_accepts_what_the_function_accepts(
    customer: dict[str, Any], name: str, value: Any
) -> None:
    changed = json.loads(json.dumps({**customer, name: value}, ensure_ascii=True))
    if is_read_more_strictly_than_a_schema_can(changed[name]):
        return
    try:
        Customer.model_validate(changed)
    except ValidationError:
        assert not SCHEMA.is_valid(changed)
    else:
        assert SCHEMA.is_valid(changed)


def is_read_more_strictly_than_a_schema_can(value: Any) -> bool:
    """A whole number written with a point, or negative zero; NaN is not JSON."""
    return isinstance(value, float) and (value.is_integer() or math.isnan(value))


@given(documents)
def test_any_json_document_is_a_problem_unless_it_is_the_contracts(document: Any) -> None:
    assert not accepted(json_body(json.dumps(document)))


@given(st.lists(documents, max_size=3))
def test_any_list_of_customers_is_a_problem_unless_they_are_customers(items: list[Any]) -> None:
    assert not accepted(json_body(json.dumps({"customers": items})))


@given(right_customers, st.dictionaries(st.sampled_from(list(CUSTOMER)) | st.text(), documents, min_size=1))
def test_a_customer_with_any_other_value_is_scored_only_if_the_contract_has_it(
    customer: dict[str, Any], changes: dict[str, Any]
) -> None:
    changed = {**customer, **changes}
    if accepted(json_body(json.dumps({"customers": [changed]}))):
        Customer.model_validate(changed)


@given(st.binary() | st.text().map(str.encode) | st.text('ME,118"\r\n\t \ufeff').map(str.encode))
def test_any_bytes_are_a_problem(content: bytes) -> None:
    assert not accepted(csv_body(content))
    assert not accepted(json_body(content.decode("latin-1")))


@given(right_customers, st.integers(0, 19), st.text())
def test_any_text_in_a_column_is_refused_or_means_what_it_says(
    customer: dict[str, Any], column: int, text: str
) -> None:
    fields = rows([Customer.model_validate(customer)]).decode().strip().split(",")
    fields[column] = text
    runtime = Runtime()
    answer = handler(runtime)(csv_body(",".join(fields).encode(errors="surrogatepass")))

    assert answer.status == 200 or answer.status in PROBLEMS
    if answer.status == 200:
        sent = runtime.calls[0]["Body"].decode().strip().split(",")
        assert [sent[:column], sent[column + 1 :]] == [fields[:column], fields[column + 1 :]]
        assert sent[column] == text or float(sent[column]) == float(text)


@given(st.text() | st.from_regex(r"-?[0-9]*(\.[0-9]*)?([eE][+-]?[0-9]{1,2})?", fullmatch=True))
def test_a_number_is_what_pythons_own_reading_of_it_is_or_stays_text(text: str) -> None:
    for value in (integer(text), decimal(text)):
        assert value == type(value)(text)
        assert isinstance(value, str) or text.isascii()


def levels(value: Any) -> int:
    inner = list(value.values()) if isinstance(value, dict) else value
    return 1 + max(map(levels, inner), default=0) if isinstance(inner, list) else 0


brackets = st.text('[]{}"\\,:')


@given(st.recursive(brackets, lambda inner: st.lists(inner) | st.dictionaries(brackets, inner), max_leaves=8))
def test_a_document_may_nest_as_deep_as_the_limit_and_no_deeper(document: Any) -> None:
    for _ in range(MAX_DEPTH - levels(document)):
        document = [document]

    assert json_document(json.dumps(document)) == document
    with pytest.raises(Problem, match=f"deeper than {MAX_DEPTH} levels"):
        json_document(json.dumps([document]))


@given(st.text())
def test_any_text_is_read_or_a_problem_with_status_400_or_413(text: str) -> None:
    for read in (lambda: csv_rows(text, max_rows=5), lambda: json_document(text)):
        try:
            read()
        except Problem as problem:
            assert problem.status in {400, 413}


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "httpMethod": st.sampled_from(["GET", "POST", "OPTIONS"]) | st.text(),
            "path": st.sampled_from(["/churn", "/health"]) | st.text(),
            "headers": scalars | st.dictionaries(st.text(), st.text()),
            "multiValueHeaders": st.none() | st.dictionaries(st.text(), st.lists(st.text())),
            "queryStringParameters": st.none() | st.dictionaries(st.text(), st.text()),
            "requestContext": scalars | st.fixed_dictionaries({"requestId": scalars}),
            "body": st.none() | st.text(),
            "isBase64Encoded": st.booleans(),
        },
    )
)
def test_any_event_has_an_answer_that_is_no_fault_of_ours(event: dict[str, Any]) -> None:
    answer = handler(Runtime())(complete(event), Context())

    assert answer.status in {200, 204, 400, 404, 405, 406, 413, 415, 422}
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize("text", ["1,a\n2,b\n\n", "\n1,a\n2,b", "1,a\r\n\r\n2,b\r\n\r\n", "1,a\n \n2,b\n\t "])
def test_blank_lines_are_no_rows(text: str) -> None:
    assert csv_rows(text, max_rows=2) == [["1", "a"], ["2", "b"]]
