"""Wrong requests through the live API: each is a problem that the page which sent it may read."""

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from assemblies import Assembly
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import HealthCheck, settings
from live_api import KEYS, Answer, LiveApi, PlayedChurn, live_api
from patience import PATIENCE
from processes import wait_until
from schemathesis import Case
from schemathesis.checks import CHECKS

from containers.script_mode.toolkit import strict_http
from local.api import gateway
from local.endpoint.chain import Log, ModelError, ModelNotReadyError, ServiceUnavailableError
from quality.resilience.wrong_input.on_the_wire import CSV, ORIGIN, ROW, WRONG_REQUESTS, Wrong

SCHEMA = schemathesis.openapi.from_path(
    Path(__file__).parents[3] / "lambda" / "predict_churn" / "openapi.json"
)
FIRST_ORIGIN = "http://localhost:3000"
ORIGINS = [FIRST_ORIGIN, ORIGIN]
MEMBERS = {"type", "title", "status", "detail", "instance", "requestId"}


@pytest.fixture(scope="module")
def api(
    synth: Callable[..., Assembly], context: Mapping[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveApi]:
    settings = {**context["environments"]["dev"]["api"], "rate_limit": 1000, "burst_limit": 1000}
    synthesized = synth("dev", api={**settings, "allowed_origins": ORIGINS})
    with live_api(synthesized.folder, tmp_path_factory.mktemp("api"), "slipway-dev-churn") as live:
        yield live


def is_a_problem(answer: Answer, status: int, origin: str | None) -> None:
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers.get("access-control-allow-origin") == origin
    assert answer.headers["vary"] == "Origin"
    assert answer.headers["cache-control"] == "no-store"
    assert set(answer.document) >= MEMBERS
    assert answer.document["status"] == status
    assert answer.document["requestId"] == answer.headers["x-amzn-requestid"]
    assert answer.document["instance"] == f"urn:uuid:{answer.document['requestId']}"


@pytest.mark.parametrize("wrong", WRONG_REQUESTS, ids=lambda wrong: wrong.name)
def test_a_wrong_request_is_a_problem_with_cors_headers(api: LiveApi, wrong: Wrong) -> None:
    headers = {"Origin": ORIGIN, **wrong.headers}
    if wrong.content_type is not None:
        headers["Content-Type"] = wrong.content_type
    answer = api.signed(wrong.method, wrong.path, wrong.body, headers)
    is_a_problem(answer, wrong.status, FIRST_ORIGIN if wrong.by_gateway else ORIGIN)


def test_the_table_has_more_than_thirty_requests_of_different_names() -> None:
    assert len({wrong.name for wrong in WRONG_REQUESTS}) == len(WRONG_REQUESTS) > 30


def unsigned(api: LiveApi) -> dict[str, str]:
    return {}


def by_another_secret(api: LiveApi) -> dict[str, str]:
    return api.signature("POST", "/prod/churn", ROW.encode(), Credentials("dummy", "other"))


def by_another_key(api: LiveApi) -> dict[str, str]:
    return api.signature("POST", "/prod/churn", ROW.encode(), Credentials("other", "dummy"))


def by_a_session(api: LiveApi) -> dict[str, str]:
    return api.signature("POST", "/prod/churn", ROW.encode(), Credentials("dummy", "dummy", "session"))


def for_another_region(api: LiveApi) -> dict[str, str]:
    return api.signature("POST", "/prod/churn", ROW.encode(), region="us-east-1")


def for_another_body(api: LiveApi) -> dict[str, str]:
    return api.signature("POST", "/prod/churn", b"ME")


def for_another_path(api: LiveApi) -> dict[str, str]:
    return api.signature("POST", "/churn", ROW.encode())


def an_hour_ago(api: LiveApi) -> dict[str, str]:
    signed = api.signature("POST", "/prod/churn", ROW.encode())
    then = datetime.now(UTC) - timedelta(hours=1)
    return {**signed, "X-Amz-Date": then.strftime("%Y%m%dT%H%M%SZ")}


def by_a_token(api: LiveApi) -> dict[str, str]:
    return {"Authorization": "Bearer zanzibar"}


def by_an_api_key(api: LiveApi) -> dict[str, str]:
    return {"X-Api-Key": "dummy"}


@pytest.mark.parametrize(
    "authorization",
    [
        *(unsigned, by_another_secret, by_another_key, by_a_session, for_another_region),
        *(for_another_body, for_another_path, an_hour_ago, by_a_token, by_an_api_key),
    ],
)
def test_a_request_without_a_good_signature_is_a_401(
    api: LiveApi, authorization: Callable[[LiveApi], dict[str, str]]
) -> None:
    headers = {**authorization(api), "Origin": ORIGIN, "Content-Type": CSV}
    is_a_problem(api.send("POST", "/prod/churn", ROW.encode(), headers.items()), 401, FIRST_ORIGIN)


def test_a_path_that_is_unknown_is_no_more_than_a_401_to_who_is_not_authorized(api: LiveApi) -> None:
    is_a_problem(api.send("GET", "/prod/nothing"), 401, FIRST_ORIGIN)
    is_a_problem(api.send("OPTIONS", "/prod/nothing", headers=[("Origin", ORIGIN)]), 401, FIRST_ORIGIN)


@pytest.mark.parametrize("origin", ["https://evil.example.com", "null", f"{ORIGIN}.evil.io", f"{ORIGIN}0"])
def test_an_error_names_no_other_origin(api: LiveApi, origin: str) -> None:
    headers = {"Origin": origin, "Content-Type": "text/plain"}
    is_a_problem(api.signed("POST", "/prod/churn", b"x", headers), 415, None)


@pytest.mark.parametrize("origin", ORIGINS)
def test_a_preflight_is_answered_without_authorization(api: LiveApi, origin: str) -> None:
    asked = [("Origin", origin), ("Access-Control-Request-Method", "POST")]
    answer = api.send("OPTIONS", "/prod/churn", headers=asked)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == origin
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "Authorization" in answer.headers["access-control-allow-headers"]


def test_a_preflight_of_another_origin_allows_nothing(api: LiveApi) -> None:
    answer = api.send("OPTIONS", "/prod/churn", headers=[("Origin", "https://evil.example.com")])
    assert answer.status == 204
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_without_its_stage_a_path_is_nothing_of_the_apis(api: LiveApi) -> None:
    answer = api.send("GET", "/churn")
    assert (answer.status, answer.document) == (403, {"message": "Forbidden"})


def test_a_signed_customer_is_scored(api: LiveApi) -> None:
    answer = api.signed("POST", "/prod/churn", ROW.encode(), {"Origin": ORIGIN, "Content-Type": CSV})
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.document == {"predictions": [{"churn": True, "score": 0.97}]}


def test_every_request_is_a_line_of_the_access_log(api: LiveApi) -> None:
    sent = [api.signed("GET", "/prod/health"), api.send("GET", "/prod/health")]
    lines = [json.loads(line) for line in Path(api.served.access_log).read_text().splitlines()]
    own = [next(one for one in lines if one["requestId"] == it.headers["x-amzn-requestid"]) for it in sent]
    assert [(one["status"], one["resource"], one["refusal"]) for one in own] == [
        ("200", "/health", "-"),
        ("401", "/health", "MISSING_AUTHENTICATION_TOKEN"),
    ]


def test_why_the_gateway_refuses_is_said_to_whoever_runs_it(api: LiveApi) -> None:
    api.send("GET", "/prod/health")
    assert api.refusals[-1].endswith(
        "GET /health: MISSING_AUTHENTICATION_TOKEN: expected an Authorization header or a presigned URL"
    )


class Signed(requests.auth.AuthBase):
    """Signs what schemathesis sends, as it is sent."""

    def __init__(self, api: LiveApi) -> None:
        self._api = api

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body if isinstance(request.body, bytes) else (request.body or "").encode()
        request.headers.update(self._api.signature(str(request.method), str(request.path_url), body))
        return request


@SCHEMA.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_the_document_allows_or_not_is_answered_as_it_says(api: LiveApi, case: Case) -> None:
    response = case.call(base_url=f"http://127.0.0.1:{api.port}/prod", auth=Signed(api))
    # What a schema cannot say: a whole number is written without a point, and CSV is more than a string.
    stricter = [CHECKS.get_one(name) for name in ("positive_data_acceptance", "unsupported_method")]
    case.validate_response(response, excluded_checks=stricter)


LOG = Log("container.log", "arn:aws:logs:eu-west-1:000000000000:log-group:shop")


@pytest.mark.parametrize(
    ("fault", "status", "retry_after"),
    [
        (ModelError("primary", 500, "zanzibar", LOG), 502, None),
        (ModelError("primary", 422, "zanzibar", LOG), 422, None),
        (ServiceUnavailableError("zanzibar"), 503, "30"),
        (ModelNotReadyError("zanzibar"), 503, "1"),
        (ModelError("primary", 0, "zanzibar", LOG), 504, None),
    ],
    ids=["failed", "refused", "unavailable", "not ready", "too slow"],
)
def test_a_fault_of_the_endpoint_is_a_problem_that_says_when_to_come_again(
    api: LiveApi, monkeypatch: pytest.MonkeyPatch, fault: Exception, status: int, retry_after: str | None
) -> None:
    async def fail(*_: object) -> None:
        raise fault

    headers = {"Origin": ORIGIN, "Content-Type": CSV}
    with monkeypatch.context() as patched:
        patched.setattr(PlayedChurn, "invoke", fail)
        answer = api.signed("POST", "/prod/churn", ROW.encode(), headers)
    is_a_problem(answer, status, ORIGIN)
    assert answer.headers.get("retry-after") == retry_after
    assert b"zanzibar" not in answer.body
    # Five in a row would open the function's circuit breaker.
    assert api.signed("POST", "/prod/churn", ROW.encode(), headers).status == 200


def sent(api: LiveApi, *pieces: bytes) -> bytes:
    """Everything that the server says to these bytes until it closes the connection."""
    with socket.create_connection(("127.0.0.1", api.port), timeout=PATIENCE) as connection:
        for piece in pieces:
            connection.sendall(piece)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer


def begun(api: LiveApi, count: int) -> list[socket.socket]:
    """Connections on which a request's headers have begun, each at another point."""
    slow = [socket.create_connection(("127.0.0.1", api.port), timeout=PATIENCE) for _ in range(count)]
    for number, one in enumerate(slow):
        one.sendall(b"POST /prod/churn HTTP/1.1\r\nX-Slow: "[: number % 40])
    return slow


def is_closed(connection: socket.socket) -> bool:
    """Waits for the other side to close the connection, which it may do while something is on its way."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_requests_that_never_end_keep_nobody_from_being_answered(api: LiveApi) -> None:
    slow = begun(api, 200)
    assert api.signed("GET", "/prod/health").status == 200
    for one in slow:
        one.close()


def test_headers_that_never_end_hold_a_connection_for_a_while_only(
    api: LiveApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strict_http, "HEAD_SECONDS", 0.3)
    slow = begun(api, 20)
    assert all(is_closed(one) for one in slow)
    for one in slow:
        one.close()


def test_a_presigned_url_is_answered_until_it_expires(api: LiveApi) -> None:
    def path(seconds: int) -> str:
        request = AWSRequest("GET", f"http://127.0.0.1:{api.port}/prod/health")
        SigV4QueryAuth(KEYS, "execute-api", api.region, expires=seconds).add_auth(request)
        return str(request.url).partition(str(api.port))[2]

    assert api.send("GET", path(60)).status == 200
    is_a_problem(api.send("GET", path(60).replace("health", "churn")), 401, FIRST_ORIGIN)
    is_a_problem(api.send("GET", path(0)), 401, FIRST_ORIGIN)
    is_a_problem(api.send("GET", path(60) + "&more=1"), 401, FIRST_ORIGIN)


@pytest.mark.parametrize(("size", "status"), [(9_000, 200), (10_240, 431), (1_000_000, 431)])
def test_headers_have_api_gateway_s_limit(api: LiveApi, size: int, status: int) -> None:
    signed = api.signature("GET", "/prod/health", None)
    answer = api.send("GET", "/prod/health", None, {**signed, "X-Large": "x" * size}.items())
    assert answer.status == status


def test_trailers_do_not_change_a_signed_request(api: LiveApi) -> None:
    body = ROW.encode()
    signed = api.signature("POST", "/prod/churn", body)
    headers = {**signed, "Host": f"127.0.0.1:{api.port}", "Content-Type": CSV, "Connection": "close"}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
    for trailer in (b"Content-Type: text/html", b"X-Amz-Date: now", b"Authorization: none"):
        answer = sent(
            api,
            b"POST /prod/churn HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + head + b"\r\n",
            b"%x\r\n%b\r\n0\r\n%b\r\n\r\n" % (len(body), body, trailer),
        )
        assert answer.startswith(b"HTTP/1.1 200 ")


def test_a_body_that_never_ends_is_a_problem(api: LiveApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "BODY_SECONDS", 0.3)
    head = b"POST /prod/churn HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 100\r\n\r\n"
    answer = sent(api, head + b"ME,118")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in answer


def test_a_body_that_is_cut_short_is_not_scored(api: LiveApi) -> None:
    body = ROW.encode()
    headers = {
        **api.signature("POST", "/prod/churn", body),
        "Content-Type": CSV,
        "Host": f"127.0.0.1:{api.port}",
    }
    head = "POST /prod/churn HTTP/1.1\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in headers.items()
    )
    before = len(api.refusals)
    with socket.create_connection(("127.0.0.1", api.port), timeout=PATIENCE) as connection:
        connection.sendall(head.encode() + b"Content-Length: 1000\r\n\r\n" + body)
    assert wait_until(lambda: len(api.refusals) > before)
    assert api.refusals[-1].endswith("DEFAULT_4XX: The caller left before its request was complete.")
