"""The committed contract: what the models say, what the handler answers, what API Gateway can read."""

import json
import subprocess
import sys
from http import HTTPMethod
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from churn_contract import CONTRACT, Customer
from gateway import Answer, Runtime, handler
from jsonschema import Draft4Validator, Draft202012Validator
from prediction_service.openapi import GATEWAY_MODEL

from quality.resilience.wrong_input.customer import CUSTOMER
from quality.resilience.wrong_input.events import LEAVES, event
from quality.resilience.wrong_input.requests import csv_body, customers

ROOT = Path(__file__).resolve().parents[2]
OPENAPI = json.loads((ROOT / "lambda" / "predict_churn" / "openapi.json").read_text())
OPERATIONS = [(path, method) for path, methods in OPENAPI["paths"].items() for method in methods]


@pytest.mark.parametrize("function", sorted(path.parent.name for path in ROOT.glob("lambda/*/openapi.json")))
def test_the_committed_document_is_what_the_models_give(function: str) -> None:
    command = [sys.executable, str(ROOT / "scripts" / "write_openapi.py"), function, "--check"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stderr


def test_an_unknown_function_is_refused_with_the_known_ones() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "write_openapi.py"), "nope"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "error: unknown function nope; expected " in done.stderr
    assert "predict_churn" in done.stderr


def test_the_document_is_openapi() -> None:
    schemathesis.openapi.from_dict(OPENAPI).validate()


def test_the_customers_fields_are_the_raw_columns_in_their_order() -> None:
    properties = OPENAPI["components"]["schemas"]["Customer"]["properties"]

    assert list(properties) == list(CUSTOMER) == list(Customer.model_fields)
    assert ",".join(field["title"] for field in properties.values()) == (
        "State,Account Length,Area Code,Phone,Int'l Plan,VMail Plan,VMail Message,Day Mins,Day Calls,"
        "Day Charge,Eve Mins,Eve Calls,Eve Charge,Night Mins,Night Calls,Night Charge,Intl Mins,Intl Calls,"
        "Intl Charge,CustServ Calls"
    )


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_operation_of_the_document_is_answered(path: str, method: str) -> None:
    assert handler(Runtime())(event(method.upper(), path)).status not in {404, 405}


@pytest.mark.parametrize("path", OPENAPI["paths"])
def test_no_operation_is_answered_that_the_document_does_not_have(path: str) -> None:
    passed_on = set(HTTPMethod) - {HTTPMethod.CONNECT, HTTPMethod.TRACE}  # by API Gateway, to a function
    for method in passed_on - {HTTPMethod(method.upper()) for method in OPENAPI["paths"][path]}:
        assert handler(Runtime())(event(method, path)).status == 405


def test_the_answers_are_as_the_document_says() -> None:
    call = handler(Runtime())

    assert_documented("/churn", "post", call(customers({}, {"state": "KS"})))
    assert_documented("/churn", "post", call(csv_body(LEAVES, Accept="text/csv")))
    assert_documented("/churn", "post", call(csv_body("x")))
    assert_documented("/health", "get", call(event("GET", "/health")))


def assert_documented(path: str, method: str, answer: Answer) -> None:
    """The answer's status, media type and body stand in the document."""
    response: dict[str, Any] = OPENAPI["paths"][path][method]["responses"][str(answer.status)]
    if "$ref" in response:
        response = OPENAPI["components"]["responses"][response["$ref"].rpartition("/")[2]]
    schema = response["content"][answer.headers["content-type"]]["schema"]
    value = answer.text if schema.get("type") == "string" else answer.document
    Draft202012Validator({**OPENAPI, **schema}).validate(value)


def gateway_models() -> list[dict[str, Any]]:
    contents = [
        operation["requestBody"]["content"]["application/json"]
        for methods in OPENAPI["paths"].values()
        for operation in methods.values()
        if "requestBody" in operation
    ]
    return [content[GATEWAY_MODEL] for content in contents]


def test_the_gateways_model_is_draft_4_and_asks_for_an_object_with_the_array_alone() -> None:
    (model,) = gateway_models()
    Draft4Validator.check_schema(model)
    gateway = Draft4Validator(model)

    assert gateway.is_valid({"customers": []})
    assert gateway.is_valid({"customers": [{"state": 1}], "more": 1})
    assert not gateway.is_valid({"customers": {}})
    assert not gateway.is_valid({})
    assert not gateway.is_valid([])


def test_the_gateways_model_has_nothing_that_api_gateway_does_not_know() -> None:
    (model,) = gateway_models()

    assert set(model) == {"$schema", "title", "type", "required", "properties"}
    assert "$ref" not in json.dumps(model)


def test_the_page_about_the_api_names_every_path_field_and_status() -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    statuses = [f"| {status} |" for status in OPENAPI["components"]["responses"]]

    for name in [*OPENAPI["paths"], *(f"`{name}`" for name in CUSTOMER), *statuses, "| 404 |", "| 405 |"]:
        assert name in page, name


def test_the_versions_of_the_contract_and_the_document_agree() -> None:
    assert OPENAPI["info"]["version"] == CONTRACT.version
