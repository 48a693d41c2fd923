"""The gateway with a function that a test plays: events, answers, refusals, limits."""

import asyncio
import json
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from apis import declared_api

from local.api.declaration import OPEN, Function, Method
from local.api.gateway import Gateway
from local.api.refusals import GatewayResponse, GatewayResponses
from local.api.sandbox import EventTooLargeError, FunctionFailedError, ThrottledError
from local.api.throttle import Limit
from local.http.bodies import Bodies

FUNCTION = Function("f", "arn:aws:lambda:r:0:function:f", "s3://b/k", "m.h", {}, 3, 128, 1, "log")
MODEL = {"type": "object", "required": ["customers"], "properties": {"customers": {"type": "array"}}}
SCORE = Method("/churn", "id", "POST", OPEN, None, False, FUNCTION, 29, {"application/json": MODEL})
OTHER = Method("/{proxy+}", "id2", "ANY", OPEN, None, False, FUNCTION, 29)
API = declared_api({"/churn": {"POST": SCORE}, "/{proxy+}": {"ANY": OTHER}})
OK = {"statusCode": 200, "body": "{}"}


class Played:
    """In the place of a function: keeps the events, returns or raises what it is given."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.events: list[Mapping[str, Any]] = []

    async def invoke(self, event: Mapping[str, Any], request_id: str) -> Any:
        self.events.append(event)
        if isinstance(self.answer, Exception):
            raise self.answer
        if callable(self.answer):
            return await self.answer()
        return self.answer


class Caller:
    """A gateway and its function; each call is one request, answered with status, headers and body."""

    def __init__(self, folder: Path, answer: Any = OK, bodies: Bodies | None = None, **changes: Any) -> None:
        self.function = Played(answer)
        self.notes: list[str] = []
        self.log = folder / "access.log"
        api = replace(API, **changes)
        self.gateway = Gateway(api, {FUNCTION.arn: self.function}, self.log, self.notes.append, bodies)

    @property
    def event(self) -> Mapping[str, Any]:
        return self.function.events[-1]

    def __call__(
        self,
        method: str = "POST",
        path: str = "/prod/churn",
        body: bytes = b"x",
        query: str = "",
        sent: Sequence[tuple[str, str]] = (),
        **headers: str,
    ) -> SimpleNamespace:
        named = {"host": "127.0.0.1:81", "content-type": "text/csv", **headers}
        pairs = [*((name.replace("_", "-"), value) for name, value in named.items()), *sent]
        scope = {
            "method": method,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in pairs],
            "header_names": [name.encode() for name, _ in pairs],
            "client": ("127.0.0.9", 1),
            "server": ("127.0.0.1", 81),
        }
        answered: list[MutableMapping[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        async def send(message: MutableMapping[str, Any]) -> None:
            answered.append(message)

        asyncio.run(self.gateway(scope, receive, send))
        start, end = answered
        pairs = [(name.decode(), value.decode()) for name, value in start["headers"]]
        return SimpleNamespace(status=start["status"], pairs=pairs, headers=dict(pairs), body=end["body"])


def test_the_event_is_api_gateways_of_a_rest_proxy(tmp_path: Path) -> None:
    call = Caller(tmp_path)
    answer = call("PUT", "/prod/a/b%2Fc/", b"\xc3\xa9", "x=1&x=%C3%A9&y=", accept="text/csv")
    event = call.event
    assert (event["resource"], event["path"], event["httpMethod"]) == ("/{proxy+}", "/a/b%2Fc/", "PUT")
    assert event["pathParameters"] == {"proxy": "a/b%2Fc"}
    assert event["queryStringParameters"] == {"x": "é", "y": ""}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "é"], "y": [""]}
    assert event["headers"]["accept"] == "text/csv"
    assert event["multiValueHeaders"]["X-Forwarded-For"] == ["127.0.0.9"]
    assert (event["body"], event["isBase64Encoded"], event["stageVariables"]) == ("é", False, None)
    context = event["requestContext"]
    assert context["requestId"] == answer.headers["x-amzn-requestid"]
    assert (context["path"], context["stage"]) == ("/prod/a/b%2Fc/", "prod")
    assert (context["resourcePath"], context["resourceId"]) == ("/{proxy+}", "id2")
    assert (context["accountId"], context["apiId"]) == ("000000000000", "shop-id")
    assert context["identity"]["sourceIp"] == "127.0.0.9"


def event_headers(folder: Path, *sent: tuple[str, str], **changes: Any) -> Mapping[str, list[str]]:
    call = Caller(folder, **changes)
    call("PUT", "/prod/x", sent=sent)
    headers: Mapping[str, list[str]] = call.event["multiValueHeaders"]
    assert call.event["headers"] == {name: values[-1] for name, values in headers.items()}
    return headers


OWN = {
    "content-type": ["text/csv"],
    "Host": ["127.0.0.1:81"],
    "X-Forwarded-For": ["127.0.0.9"],
    "X-Forwarded-Port": ["81"],
    "X-Forwarded-Proto": ["http"],
}
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793"


@pytest.mark.parametrize(
    ("sent", "passed"),
    [
        ([("X-Own-Header", "a")], {"X-Own-Header": ["a"]}),
        ([("x-OWN-header", "a"), ("X-Own-Header", "b")], {"x-OWN-header": ["a", "b"]}),
        ([("ACCEPT", "*/*")], {"ACCEPT": ["*/*"]}),
        ([("user-agent", "curl/8")], {"User-Agent": ["curl/8"]}),
        ([("x-forwarded-for", "1.2.3.4")], {"X-Forwarded-For": ["1.2.3.4, 127.0.0.9"]}),
        (
            [("X-Forwarded-For", "1.2.3.4"), ("x-forwarded-for", "5.6.7.8")],
            {"X-Forwarded-For": ["1.2.3.4, 5.6.7.8, 127.0.0.9"]},
        ),
        ([("x-forwarded-port", "1"), ("x-forwarded-proto", "gopher")], {}),
        ([("Via", "1.1 proxy")], {"Via": ["1.1 proxy"]}),
        ([("x-amzn-trace-id", TRACE)], {"X-Amzn-Trace-Id": [TRACE]}),
        ([("Authorization", "Bearer t")], {"Authorization": ["Bearer t"]}),
        ([("Authorization", "AWS4-HMAC-SHA256 Credential=x")], {}),
        ([("Connection", "close"), ("Keep-Alive", "timeout=5"), ("TE", "trailers")], {}),
        ([("Connection", "X-Hop, keep-alive"), ("X-Hop", "1"), ("X-End", "2")], {"X-End": ["2"]}),
        ([("Transfer-Encoding", "chunked"), ("Trailer", "X-A"), ("Upgrade", "h2c")], {}),
        ([("Content-Length", "1"), ("Expect", "100-continue"), ("Proxy-Connection", "close")], {}),
        ([("Proxy-Authorization", "Basic x"), ("Proxy-Authenticate", "Basic")], {}),
    ],
)
def test_headers_are_named_as_api_gateway_names_them_and_none_is_for_one_hop(
    tmp_path: Path, sent: list[tuple[str, str]], passed: Mapping[str, list[str]]
) -> None:
    headers = dict(event_headers(tmp_path, *sent))
    if "X-Amzn-Trace-Id" not in passed:
        [trace] = headers.pop("X-Amzn-Trace-Id")
        assert trace.startswith("Root=1-")
    assert headers == {**OWN, **passed}


@pytest.mark.parametrize("trace", ["", "Root=zanzibar", "Self=1-5759e988-bd862e3fe1be46a994272793"])
def test_what_is_no_trace_is_replaced(tmp_path: Path, trace: str) -> None:
    headers = event_headers(tmp_path, ("X-Amzn-Trace-Id", trace))
    assert headers["X-Amzn-Trace-Id"] != [trace]


def test_what_is_absent_is_null(tmp_path: Path) -> None:
    call = Caller(tmp_path)
    call("GET", "/prod/churn/", b"")
    call("POST", "/prod/churn", b"")
    names = ("body", "pathParameters", "queryStringParameters", "multiValueQueryStringParameters")
    assert [call.event[name] for name in names] == [None] * 4


def test_a_body_is_base64_only_for_the_apis_binary_types(tmp_path: Path) -> None:
    call = Caller(tmp_path, {"statusCode": 200, "body": "/w==", "isBase64Encoded": True})
    assert call(body=b"\xff").body == b"/w=="
    assert (call.event["body"], call.event["isBase64Encoded"]) == ("\ufffd", False)
    call = Caller(tmp_path, call.function.answer, binary_media_types=["image/*"])
    assert call(body=b"\xff", content_type="image/png", accept="image/png, */*").body == b"\xff"
    assert (call.event["body"], call.event["isBase64Encoded"]) == ("/w==", True)


def test_status_headers_and_body_are_the_functions(tmp_path: Path) -> None:
    returned = {
        "statusCode": 201,
        "headers": {"X-One": "1", "Date": "today"},
        "multiValueHeaders": {"Set-Cookie": ["a", "b"], "Content-Type": ["text/csv"]},
        "body": "é",
    }
    answer = Caller(tmp_path, returned)()
    assert (answer.status, answer.body) == (201, "é".encode())
    assert [value for name, value in answer.pairs if name == "set-cookie"] == ["a", "b"]
    assert (answer.headers["x-one"], answer.headers["content-type"]) == ("1", "text/csv")
    assert (answer.headers["x-amzn-remapped-date"], answer.headers["content-length"]) == ("today", "2")


def test_an_answer_without_a_type_is_json_and_a_204_has_no_body(tmp_path: Path) -> None:
    assert Caller(tmp_path)().headers["content-type"] == "application/json"
    answer = Caller(tmp_path, {"statusCode": 204, "body": "x"})()
    assert (answer.status, answer.body, "content-length" in answer.headers) == (204, b"", False)


@pytest.mark.parametrize(
    "returned",
    [
        *(None, "text", [], {}, {"statusCode": "200"}, {"statusCode": 42}, {"statusCode": 200, "body": {}}),
        *(
            {**OK, "headers": ["x"]},
            {**OK, "headers": {"A": "b\r\nc"}},
            {**OK, "headers": {"Transfer-Encoding": "x"}},
        ),
        *(FunctionFailedError("late"), RuntimeError("a fault of the runner")),
    ],
)
def test_a_function_that_fails_or_answers_otherwise_is_a_502(tmp_path: Path, returned: Any) -> None:
    answer = Caller(tmp_path, returned)()
    assert (answer.status, json.loads(answer.body)) == (502, {"message": "Internal server error"})


def test_a_function_that_takes_longer_than_the_integration_is_a_504(tmp_path: Path) -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    impatient = {"/{proxy+}": {"ANY": replace(OTHER, timeout=0.05)}}
    answer = Caller(tmp_path, hang, resources=impatient)("GET", "/prod/other")
    assert (answer.status, json.loads(answer.body)) == (504, {"message": "Endpoint request timed out"})


def test_a_function_that_runs_as_often_as_it_may_is_a_429(tmp_path: Path) -> None:
    answer = Caller(tmp_path, ThrottledError("busy"))()
    assert (answer.status, json.loads(answer.body)) == (429, {"message": "Too Many Requests"})


def test_an_event_too_large_for_the_function_is_a_413(tmp_path: Path) -> None:
    assert Caller(tmp_path, EventTooLargeError("large"))().status == 413


def test_a_body_over_ten_mebibytes_is_a_413_without_the_function(tmp_path: Path) -> None:
    call = Caller(tmp_path)
    assert call(body=bytes(10 << 20)).status == 200
    assert call(body=bytes((10 << 20) + 1)).status == 413
    assert len(call.function.events) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"customers": 1}', b'{"customers": [NaN]}', b"\xff"])
@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8"])
def test_json_that_is_not_as_the_model_says_is_a_400(tmp_path: Path, body: bytes, content_type: str) -> None:
    call = Caller(tmp_path)
    answer = call(body=body, content_type=content_type)
    assert (answer.status, json.loads(answer.body)) == (400, {"message": "Invalid request body"})
    assert not call.function.events


def test_a_deep_body_is_a_400(tmp_path: Path) -> None:
    assert Caller(tmp_path)(body=b"[" * 100_000, content_type="application/json").status == 400


def test_other_media_types_and_methods_have_no_model(tmp_path: Path) -> None:
    call = Caller(tmp_path)
    assert call(body=b"{", content_type="text/csv").status == 200
    assert call("PUT", "/prod/other", body=b"{", content_type="application/json").status == 200
    assert call(body=b'{"customers": []}', content_type="application/json").status == 200


def test_each_method_has_the_stages_limit_for_itself(tmp_path: Path) -> None:
    call = Caller(tmp_path, limits={("*", "*"): Limit(1e-6, 2)})
    assert [call().status for _ in range(3)] == [200, 200, 429]
    assert call("GET", "/prod/other").status == 200


def test_a_limit_of_its_own_is_narrower_than_the_stages(tmp_path: Path) -> None:
    limits = {("*", "*"): Limit(1e-6, 2), ("/churn", "POST"): Limit(1e-6, 1)}
    call = Caller(tmp_path, limits=limits)
    assert [call().status for _ in range(2)] == [200, 429]


def test_a_declared_response_replaces_status_headers_and_body(tmp_path: Path) -> None:
    own = GatewayResponse(
        499,
        {"X-Own": "yes"},
        "application/problem+json",
        '{"id": "$context.requestId", "no": "$context.nothing"}',
    )
    call = Caller(tmp_path, responses=GatewayResponses({"BAD_REQUEST_BODY": own}))
    answer = call(body=b"", content_type="application/json")
    assert (answer.status, answer.headers["x-own"]) == (499, "yes")
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.body) == {"id": answer.headers["x-amzn-requestid"], "no": ""}


def test_a_kind_that_is_not_declared_takes_its_default(tmp_path: Path) -> None:
    defaults = {
        "DEFAULT_4XX": GatewayResponse(None, {}, "text/plain", "$context.error.responseType"),
        "DEFAULT_5XX": GatewayResponse(500, {}, "text/plain", "$context.error.message"),
    }
    call = Caller(tmp_path, None, responses=GatewayResponses(defaults))
    refused = call(body=b"", content_type="application/json")
    assert (refused.status, refused.body) == (400, b"BAD_REQUEST_BODY")
    failed = call()
    assert (failed.status, failed.body) == (500, b"Internal server error")


@pytest.mark.parametrize("path", ["/", "/churn", "/PROD/churn", "/production/churn", "//prod/churn"])
def test_another_stage_is_forbidden_without_a_gateway_response(tmp_path: Path, path: str) -> None:
    answer = Caller(tmp_path)(path=path)
    assert (answer.status, json.loads(answer.body)) == (403, {"message": "Forbidden"})


def test_the_access_log_is_in_the_stages_format(tmp_path: Path) -> None:
    call = Caller(
        tmp_path, access_log="$context.httpMethod $context.status $context.resourcePath $context.nothing"
    )
    call()
    call("POST", body=b"", content_type="application/json")
    assert call.log.read_text().splitlines() == ["POST 200 /churn -", "POST 400 /churn -"]


def test_a_refusal_is_noted_with_its_reason(tmp_path: Path) -> None:
    call = Caller(tmp_path, FunctionFailedError("f timed out after 3 s"))
    call()
    assert call.notes == ["shop: POST /churn: DEFAULT_5XX: f timed out after 3 s"]


def test_a_body_for_which_there_is_no_room_is_refused_like_too_many_requests(tmp_path: Path) -> None:
    caller = Caller(tmp_path, bodies=Bodies(largest=10, room=3))

    assert [caller(body=body).status for body in (b"1", b"1234", b"123", b"1234567890ab")] == [
        200,
        429,
        200,
        413,
    ]
    assert len(caller.function.events) == 2
