"""What the churn Lambda answers to right requests, and how it speaks to the endpoint."""

import io
import json
from typing import Any

import pytest
from gateway import SECOND_ORIGIN, Runtime, handler

from quality.fuzz.proxy_event import REQUEST_ID, complete
from quality.resilience.wrong_input.customer import CUSTOMER
from quality.resilience.wrong_input.events import LEAVES, ORIGIN, event, post
from quality.resilience.wrong_input.requests import MARK, csv_body, customers, json_body

STAYS = "KS,186,510,400-6454,no,no,0,137.8,97,23.43,187.7,118,15.95,146.4,85,6.59,8.7,6,2.35,1"
PREDICTIONS = {"predictions": [{"churn": False, "score": 0.03}, {"churn": True, "score": 0.97}]}
QUOTED = '"' + STAYS.replace(",", '","') + '"\n'


def test_csv_rows_are_answered_in_json_in_their_order() -> None:
    answer = handler(Runtime())(csv_body(f"{STAYS}\n{LEAVES}\n"))

    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.document == PREDICTIONS


def test_named_fields_are_answered_as_the_same_rows_in_csv_are() -> None:
    runtime = Runtime()
    answer = handler(runtime)(customers({}, {"state": "KS"}))

    assert [prediction["churn"] for prediction in answer.document["predictions"]] == [True, False]
    assert runtime.calls[0]["Body"].decode().splitlines()[0] == LEAVES


@pytest.mark.parametrize(
    "accept", ["text/csv", "text/*", "text/csv;q=0.9, application/json;q=0.1", "TEXT/CSV"]
)
def test_labels_come_one_a_line_when_csv_is_preferred(accept: str) -> None:
    answer = handler(Runtime())(csv_body(f"{STAYS}\n{LEAVES}", Accept=accept))

    assert (answer.status, answer.headers["content-type"]) == (200, "text/csv")
    assert answer.text == "False\nTrue\n"


@pytest.mark.parametrize(
    "content_type", ["text/csv", "text/csv; charset=utf-8", "Text/CSV;charset=UTF-8; header=absent"]
)
def test_a_content_types_case_and_charset_do_not_matter(content_type: str) -> None:
    assert handler(Runtime())(post(LEAVES, content_type)).status == 200


def test_a_body_in_base64_is_the_body() -> None:
    assert handler(Runtime())(csv_body(f"{STAYS}\n{LEAVES}".encode())).document == PREDICTIONS


@pytest.mark.parametrize(
    "text",
    [
        f"\ufeff{STAYS}\r\n{LEAVES}\r\n",
        f"{STAYS}\n{LEAVES}",
        '"' + STAYS.replace(",", '","') + f'"\n{LEAVES}',
    ],
    ids=["byte order mark and CRLF", "no last line end", "quoted fields"],
)
def test_what_spreadsheets_write_is_accepted(text: str) -> None:
    runtime = Runtime()

    assert handler(runtime)(csv_body(text)).document == PREDICTIONS
    assert runtime.calls[0]["Body"].decode() == f"{STAYS}\n{LEAVES}\n"


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("0.1", "0.1"),
        ("1e2", "100.0"),
        ("0.00001", "1e-05"),
        ("156.500000", "156.5"),
        ("12", "12.0"),
        ("0", "0.0"),
    ],
)
def test_a_number_reaches_the_container_as_its_shortest_text(written: str, sent: str) -> None:
    runtime = Runtime()
    handler(runtime)(csv_body(LEAVES.replace("156.5", written)))
    handler(runtime)(json_body(json.dumps({"customers": [CUSTOMER]}).replace("156.5", written)))

    assert [call["Body"].decode().split(",")[7] for call in runtime.calls] == [sent, sent]


def test_the_endpoint_is_asked_for_what_the_caller_accepts_under_the_requests_id() -> None:
    runtime = Runtime()
    handler(runtime)(csv_body(LEAVES, Accept="text/csv"))

    assert runtime.calls == [
        {
            "EndpointName": "slipway-dev-churn",
            "Body": f"{LEAVES}\n".encode(),
            "ContentType": "text/csv",
            "Accept": "text/csv",
            "InferenceId": REQUEST_ID,
            "CustomAttributes": f"correlation-id={REQUEST_ID}",
        }
    ]


def test_the_callers_own_id_is_in_the_answer_in_every_line_of_the_log_and_with_the_endpoint() -> None:
    runtime, log = Runtime(), io.StringIO()
    call = handler(runtime, log)
    answers = [call(csv_body(body, X_Correlation_Id="order-7")) for body in (LEAVES, "x")]
    lines = [json.loads(line) for line in log.getvalue().splitlines()]

    assert [answer.headers["x-correlation-id"] for answer in answers] == ["order-7"] * 2
    assert [(line["correlation_id"], line["request_id"]) for line in lines] == [("order-7", REQUEST_ID)] * 3
    assert answers[1].document["requestId"] == REQUEST_ID
    assert [call["CustomAttributes"] for call in runtime.calls] == ["correlation-id=order-7"]


def test_without_an_id_of_the_callers_the_gateways_is_in_the_answer() -> None:
    assert handler(Runtime())(csv_body(LEAVES)).headers["x-correlation-id"] == REQUEST_ID


def test_health_is_answered_without_the_endpoint() -> None:
    runtime = Runtime()
    answer = handler(runtime)(event("GET", "/health", headers={"Origin": ORIGIN}))

    assert (answer.status, answer.document) == (200, {"status": "ok"})
    assert not runtime.calls


def test_a_presigned_url_is_authorized_by_parameters_that_are_the_gateways() -> None:
    names = ("Algorithm", "Credential", "Date", "Expires", "Security-Token", "SignedHeaders", "Signature")
    signed = {f"X-Amz-{name}": "x" for name in names}

    assert handler(Runtime())(event("GET", "/health", query=signed)).status == 200
    assert handler(Runtime())(event("GET", "/health", query={**signed, "X-Amz-Target": "x"})).status == 400


@pytest.mark.parametrize("path", ["/churn/", "/health/"])
def test_a_slash_at_the_end_of_a_path_is_the_same_path(path: str) -> None:
    assert handler(Runtime())(event("OPTIONS", path)).status == 204


@pytest.mark.parametrize("origin", [ORIGIN, SECOND_ORIGIN])
def test_a_preflight_from_a_listed_origin_learns_methods_and_headers(origin: str) -> None:
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    answer = handler(Runtime())(event("OPTIONS", headers=headers))

    assert (answer.status, answer.text) == (204, "")
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["access-control-allow-methods"] == "OPTIONS, POST"
    assert {"Authorization", "Content-Type", "X-Api-Key", "X-Correlation-Id"} <= set(
        answer.headers["access-control-allow-headers"].split(", ")
    )
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://app.example.com.evil.io",
        "https://evilapp.example.com",
        "http://app.example.com",
        ORIGIN.upper(),
        f"{ORIGIN}/",
        f"{ORIGIN}:443",
        f"{ORIGIN}, {SECOND_ORIGIN}",
        "null",
        "*",
        "",
    ],
)
@pytest.mark.parametrize("method", ["OPTIONS", "POST", "DELETE"])
def test_another_origin_is_told_nothing_whatever_it_asks(method: str, origin: str) -> None:
    headers = {"Origin": origin, "Content-Type": "text/csv"}
    answer = handler(Runtime())(event(method, body=LEAVES, headers=headers))

    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert answer.headers["vary"] == "Origin"


def test_no_answer_allows_credentials_or_every_origin() -> None:
    for request in (event("OPTIONS", headers={"Origin": ORIGIN}), csv_body(LEAVES), event("GET", "/x")):
        answer = handler(Runtime())(request)

        assert "access-control-allow-credentials" not in answer.headers
        assert "*" not in answer.headers.values()


def test_a_log_line_has_the_request_by_its_id_and_none_of_its_rows() -> None:
    log = io.StringIO()
    handler(Runtime(), log)(csv_body(LEAVES))
    line = json.loads(log.getvalue())

    assert {name: line[name] for name in ("message", "correlation_id", "method", "path", "status")} == {
        "message": "request",
        "correlation_id": REQUEST_ID,
        "method": "POST",
        "path": "/churn",
        "status": 200,
    }
    assert "384-8723" not in log.getvalue()


def test_a_fault_of_our_own_is_a_500_that_says_nothing_and_is_logged_without_its_message() -> None:
    log = io.StringIO()
    answer = handler(Runtime(failure=KeyError("384-8723")), log)(csv_body(LEAVES))

    assert answer.status == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(log.getvalue().splitlines()[0])["error"] == "KeyError"
    assert "384-8723" not in answer.text + log.getvalue()
    assert "Traceback" not in answer.text + log.getvalue()
    assert ".py" not in answer.text


def test_an_odd_request_id_is_replaced_and_not_repeated() -> None:
    request = csv_body("x")
    request["requestContext"]["requestId"] = "1\r\nX: y"
    answer = handler(Runtime())(request)

    assert answer.document["requestId"] != "1\r\nX: y"
    assert answer.document["instance"] == f"urn:uuid:{answer.document['requestId']}"


INCOMPLETE = {
    "an empty object": {},
    "a scheduled event": {"source": "aws.events", "detail": {MARK: MARK}},
    "an HTTP API event": {"version": "2.0", "rawPath": f"/{MARK}", "headers": {MARK: MARK}},
    "no request context": {key: value for key, value in event().items() if key != "requestContext"},
    "a method that API Gateway does not pass on": event("TRACE"),
    "a made-up method": event(MARK),
    "a number for a header": {**event(), "headers": {MARK: 7}},
    "a header's values that are not a list": {**event(), "multiValueHeaders": {MARK: MARK}},
    "a number for the path": {**event(), "path": 7},
    "an object for the body": {**event(), "body": {MARK: MARK}},
    "a text for the request context": {**event(), "requestContext": MARK},
    "a number for the request ID": complete({"requestContext": {"requestId": 7}}),
}


@pytest.mark.parametrize("given", INCOMPLETE.values(), ids=INCOMPLETE)
def test_an_event_that_is_no_proxy_event_is_a_400_that_repeats_nothing_of_it(given: dict[str, Any]) -> None:
    runtime, log = Runtime(), io.StringIO()
    answer = handler(runtime, log)(given)

    assert (answer.status, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.document["detail"] == "The event is not an API Gateway REST proxy event."
    assert json.loads(log.getvalue())["correlation_id"] == answer.document["requestId"]
    assert MARK not in answer.text + log.getvalue()
    assert not runtime.calls


def test_the_log_names_the_fields_of_an_event_that_are_at_fault() -> None:
    log = io.StringIO()
    handler(Runtime(), log)({**event(), "path": 7, "headers": {MARK: 7}})

    assert json.loads(log.getvalue())["fields"] == ["headers", "path"]


def test_a_request_without_any_header_as_the_console_sends_it_is_answered() -> None:
    request = event("GET", "/health")

    assert request["headers"] is request["multiValueHeaders"] is None
    assert handler(Runtime())(request).status == 200


def test_headers_that_come_once_only_are_read_too() -> None:
    request = csv_body(LEAVES)
    del request["multiValueHeaders"]

    assert handler(Runtime())(request).status == 200


def test_a_request_sent_twice_has_the_same_answer_twice() -> None:
    call = handler(Runtime())

    assert call(csv_body(LEAVES)) == call(csv_body(LEAVES))
