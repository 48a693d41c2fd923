"""What the gateway answers by itself: problems of the contract, with statuses that HTTP means."""

import json
from typing import Any

import pytest
from assemblies import ROOT, Assembly
from declared import resources
from jsonschema import Draft202012Validator
from prediction_service.problem import TITLES

CONTRACT = json.loads((ROOT / "lambda" / "predict_churn" / "openapi.json").read_text())

# What API Gateway answers by itself, and with which status unless it is told otherwise.
DEFAULT_STATUSES = {
    "ACCESS_DENIED": 403,
    "API_CONFIGURATION_ERROR": 500,
    "AUTHORIZER_CONFIGURATION_ERROR": 500,
    "AUTHORIZER_FAILURE": 500,
    "BAD_REQUEST_BODY": 400,
    "BAD_REQUEST_PARAMETERS": 400,
    "EXPIRED_TOKEN": 403,
    "INTEGRATION_FAILURE": 504,
    "INTEGRATION_TIMEOUT": 504,
    "INVALID_API_KEY": 403,
    "INVALID_SIGNATURE": 403,
    "MISSING_AUTHENTICATION_TOKEN": 403,
    "QUOTA_EXCEEDED": 429,
    "REQUEST_TOO_LARGE": 413,
    "RESOURCE_NOT_FOUND": 404,
    "THROTTLED": 429,
    "UNAUTHORIZED": 401,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "WAF_FILTERED": 403,
}


def gateway_responses(template: Any) -> dict[str, Any]:
    found = resources(template, "AWS::ApiGateway::GatewayResponse")
    return {one["Properties"]["ResponseType"]: one["Properties"] for one in found}


def headers(response: Any) -> dict[str, str]:
    prefix = "gatewayresponse.header."
    return {
        name.removeprefix(prefix): value.strip("'") for name, value in response["ResponseParameters"].items()
    }


def test_the_table_above_has_every_kind_of_refusal() -> None:
    from aws_cdk.aws_apigateway import ResponseType

    known = {getattr(ResponseType, name).response_type for name in dir(ResponseType) if name.isupper()}
    assert known == {"DEFAULT_4XX", "DEFAULT_5XX", *DEFAULT_STATUSES}


def test_whatever_the_gateway_refuses_has_an_answer_of_ours_with_its_status(template: Any) -> None:
    answers = gateway_responses(template)
    for kind, status in DEFAULT_STATUSES.items():
        if kind not in answers:
            assert int(answers[f"DEFAULT_{status // 100}XX"]["StatusCode"]) == status


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("MISSING_AUTHENTICATION_TOKEN", 401),
        ("INVALID_SIGNATURE", 401),
        ("EXPIRED_TOKEN", 401),
        ("UNAUTHORIZED", 401),
        ("INVALID_API_KEY", 401),
        ("ACCESS_DENIED", 403),
        ("RESOURCE_NOT_FOUND", 404),
        ("THROTTLED", 429),
        ("INTEGRATION_FAILURE", 502),
        ("INTEGRATION_TIMEOUT", 504),
    ],
)
def test_a_refusal_has_the_status_that_http_means_by_it(template: Any, kind: str, status: int) -> None:
    assert gateway_responses(template)[kind]["StatusCode"] == str(status)


def test_every_answer_of_the_gateway_is_a_problem_of_the_contract(template: Any) -> None:
    problem = CONTRACT["components"]["schemas"]["ProblemDocument"]
    for response in gateway_responses(template).values():
        assert list(response["ResponseTemplates"]) == ["application/problem+json"]
        body = json.loads(
            response["ResponseTemplates"]["application/problem+json"].replace("$context.requestId", "a-b-c")
        )
        Draft202012Validator({**CONTRACT, **problem}).validate(body)
        assert body["status"] == int(response["StatusCode"])
        assert body["title"] == TITLES[body["status"]]
        assert (body["instance"], body["requestId"]) == ("urn:uuid:a-b-c", "a-b-c")


def test_every_answer_of_the_gateway_lets_pages_of_the_first_origin_read_it(
    dev: Assembly, prod: Assembly
) -> None:
    for assembly, origin in ((dev, "http://localhost:3000"), (prod, "https://app.example.com")):
        for response in gateway_responses(assembly.template("churn-serving")).values():
            sent = headers(response)
            assert sent["Access-Control-Allow-Origin"] == origin
            assert sent["Vary"] == "Origin"
            assert sent["Content-Type"] == "application/problem+json"
            assert sent["Cache-Control"] == "no-store"


def test_who_is_throttled_is_told_when_to_come_again_and_pages_may_read_it(template: Any) -> None:
    sent = headers(gateway_responses(template)["THROTTLED"])
    assert sent["Retry-After"] == "1"
    assert sent["Access-Control-Expose-Headers"] == "Retry-After"
