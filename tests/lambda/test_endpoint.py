"""The endpoint's faults as the caller sees them: a real client against a server that misbehaves as told."""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from gateway import ENVIRONMENT, Answer, Context, handler
from patience import wait_until
from prediction_service.endpoint import MAX_ANSWER_BYTES, create_runtime
from prediction_service.environment import Environment
from prediction_service.media_types import CSV, JSON
from runtime_stub import Reply, RuntimeStub, error, running

from quality.resilience.wrong_input.events import LEAVES, ORIGIN
from quality.resilience.wrong_input.requests import csv_body

GOOD = Reply(body=b'{"predictions":[{"churn":true,"score":0.97}]}')
CUT = Reply(body=GOOD.body, missing=5)
HELD = Reply(held=True)
THROTTLED = error(400, "ThrottlingException")
UNAVAILABLE = error(503, "ServiceUnavailable")

IMPATIENT = {"READ_TIMEOUT_SECONDS": "0.2"}
VARIABLES = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-west-1"}


@dataclass
class Bench:
    """The Lambda with its own client, before a runtime that replies as it is told."""

    stub: RuntimeStub
    log: io.StringIO = field(default_factory=io.StringIO)

    def send(
        self,
        *replies: Reply,
        remaining_seconds: float = 25,
        accept: str = "application/json",
        variables: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer to one row."""
        self.stub.replies = replies
        environment = Environment.read({**ENVIRONMENT, **(variables or {})})
        handle = handler(create_runtime(environment), self.log, **(variables or {}))
        return handle(csv_body(LEAVES, Accept=accept), Context(remaining_seconds))

    def assert_problem(self, answer: Answer, status: int, retry_after: str | None = None) -> None:
        """The answer is this problem, and neither it nor the log has the service's words."""
        assert (answer.status, answer.headers.get("retry-after")) == (status, retry_after)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert "SECRET" not in answer.text + self.log.getvalue()
        assert "slipway-dev-churn" not in answer.text


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    with running() as stub:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", stub.url)
        yield Bench(stub)


def test_the_client_follows_the_environments_endpoint_url(bench: Bench) -> None:
    assert bench.send(GOOD).document == {"predictions": [{"churn": True, "score": 0.97}]}

    path, headers, body = bench.stub.requests[0]
    assert path == "/endpoints/slipway-dev-churn/invocations"
    assert (headers["content-type"], headers["accept"]) == ("text/csv", "application/json")
    assert body.decode() == f"{LEAVES}\n"


@pytest.mark.parametrize(
    ("reply", "status", "retry_after"),
    [
        (error(424, "ModelError", OriginalStatusCode=400), 400, None),
        (error(424, "ModelError", OriginalStatusCode=415), 400, None),
        (error(424, "ModelError", OriginalStatusCode=413), 413, None),
        (error(424, "ModelError", OriginalStatusCode=422), 422, None),
        (error(424, "ModelError", OriginalStatusCode=500), 502, None),
        (error(424, "ModelError", OriginalStatusCode=0), 504, None),
        (error(424, "ModelError", OriginalStatusCode=504), 504, None),
        (error(424, "ModelError", OriginalStatusCode=429), 503, "1"),
        (error(424, "ModelError", OriginalStatusCode=503), 503, "1"),
        (error(424, "ModelError"), 502, None),
        (error(400, "ValidationError"), 503, "30"),
        (error(403, "AccessDeniedException"), 502, None),
    ],
    ids=lambda value: value.body.decode() if isinstance(value, Reply) else str(value),
)
def test_an_answer_that_would_be_the_same_again_is_not_asked_for_again(
    bench: Bench, reply: Reply, status: int, retry_after: str | None
) -> None:
    bench.assert_problem(bench.send(reply), status, retry_after)
    assert len(bench.stub.requests) == 1


@pytest.mark.parametrize(
    ("reply", "status", "retry_after"),
    [
        (THROTTLED, 503, "1"),
        (error(429, "ModelNotReadyException"), 503, "1"),
        (UNAVAILABLE, 503, "30"),
        (error(500, "InternalFailure"), 502, None),
        (error(530, "InternalDependencyException"), 502, None),
        (CUT, 502, None),
    ],
    ids=["throttled", "not ready", "unavailable", "failure", "dependency", "cut"],
)
def test_a_transient_fault_is_tried_twice_and_then_told(
    bench: Bench, reply: Reply, status: int, retry_after: str | None
) -> None:
    bench.assert_problem(bench.send(reply), status, retry_after)
    assert len(bench.stub.requests) == 2


@pytest.mark.parametrize("fault", [THROTTLED, UNAVAILABLE, CUT], ids=["throttled", "unavailable", "cut"])
def test_a_second_attempt_that_succeeds_is_the_answer(bench: Bench, fault: Reply) -> None:
    assert bench.send(fault, GOOD).status == 200
    assert len(bench.stub.requests) == 2


def test_a_container_that_does_not_answer_in_time_is_a_504(bench: Bench) -> None:
    bench.assert_problem(bench.send(HELD, variables=IMPATIENT), 504)
    assert wait_until(lambda: len(bench.stub.requests) == 2)


def test_there_is_no_second_attempt_that_the_functions_time_would_cut(bench: Bench) -> None:
    bench.assert_problem(bench.send(THROTTLED, GOOD, remaining_seconds=20.9), 503, "1")
    assert len(bench.stub.requests) == 1


def test_an_endpoint_that_cannot_be_reached_is_a_503(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", "http://127.0.0.1:1")

    bench.assert_problem(bench.send(), 503, "30")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>SECRET</html>",
        b"null",
        b'{"predictions":[]}',
        b'{"predictions":[{"churn":true,"score":0.9},{"churn":true,"score":0.9}]}',
        b'{"predictions":[{"churn":true,"score":NaN}]}',
        b'{"predictions":[{"churn":true,"score":1.5}]}',
        b'{"predictions":[{"churn":true,"score":"0.9"}]}',
        b'{"predictions":[{"churn":1,"score":0.9}]}',
        b'{"predictions":[{"churn":true}]}',
        b'{"predictions":[{"churn":true,"score":0.9}],"SECRET":1}',
        b'{"predictions":[{"churn":true,"score":0.97}]',
        b"\xff",
    ],
)
def test_an_answer_that_is_not_the_contracts_json_is_a_502(bench: Bench, body: bytes) -> None:
    bench.assert_problem(bench.send(Reply(body=body)), 502)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n",
        b"true\n",
        b"1\n",
        b"True\nFalse\n",
        b"True\n\n",
        b"True,0.9\n",
        b"Tru",
        b"\xff\n",
        b"True \n",
    ],
)
def test_an_answer_that_is_not_a_label_for_each_row_is_a_502(bench: Bench, body: bytes) -> None:
    reply = Reply(body=body, content_type="text/csv; charset=utf-8")

    bench.assert_problem(bench.send(reply, accept="text/csv"), 502)


@pytest.mark.parametrize("content_type", ["text/html", "", "text/csv", "application/jsonlines"])
def test_an_answer_of_another_media_type_is_a_502(bench: Bench, content_type: str) -> None:
    bench.assert_problem(bench.send(Reply(body=GOOD.body, content_type=content_type)), 502)


def test_an_answer_larger_than_any_is_a_502(bench: Bench) -> None:
    bench.assert_problem(bench.send(Reply(body=b" " * (MAX_ANSWER_BYTES + 1))), 502)


def test_the_log_names_the_cause(bench: Bench) -> None:
    bench.send(error(424, "ModelError", OriginalStatusCode=500, OriginalMessage="SECRET"))

    assert json.loads(bench.log.getvalue().splitlines()[0])["cause"] == "ModelError 500"


@pytest.mark.parametrize(
    ("reply", "accept", "cause"),
    [
        (Reply(body=b"[]"), JSON, "response does not match the API contract"),
        (Reply(body=b'{"predictions":[]}'), JSON, "expected 1 predictions, got 0"),
        (Reply(body=b"True\nTrue\n", content_type=CSV), CSV, "expected 1 predictions, got 2"),
        (Reply(body=b"yes\n", content_type=CSV), CSV, "expected True or False on each line"),
        (Reply(body=b"True\n", content_type=CSV), JSON, "expected application/json, got another media type"),
        (Reply(body=b" " * (MAX_ANSWER_BYTES + 1)), JSON, "response larger than 6291456 bytes"),
    ],
)
def test_the_log_says_what_of_a_response_was_expected(
    bench: Bench, reply: Reply, accept: str, cause: str
) -> None:
    answer = bench.send(reply, accept=accept)

    assert answer.document["detail"] == "The model returned an invalid response."
    assert json.loads(bench.log.getvalue().splitlines()[0])["cause"] == cause
