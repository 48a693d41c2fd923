"""The ASGI application: routes, limits, and what happens to large, late and broken bodies."""

import asyncio
import json
import threading
from typing import Any

import pytest
from application_calls import call, run
from toolkit.application import Application
from toolkit.errors import CallerProblem
from toolkit.intake import Limits
from toolkit.responses import Response

LIMITS = Limits(max_content_length=1000, inline_bytes=100, in_flight=2, buffered_bytes=2500)


class Echo:
    """Answers with its request, and remembers on which thread."""

    def __init__(self) -> None:
        self.threads: list[str] = []

    def invoke(self, body: bytes, content_type: str, accept: str) -> Response:
        self.threads.append(threading.current_thread().name)
        if body == b"caller":
            raise CallerProblem(422, "Row 1, column 2: not a number.")
        if body.startswith(b"secret"):
            raise ValueError(body.decode())
        return Response(body, f"{content_type}|{accept}")

    def execution_parameters(self) -> Response | None:
        return None


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/ping", 200, None),
        ("POST", "/ping", 405, "GET"),
        ("POST", "/invocations", 200, None),
        ("GET", "/invocations", 405, "POST"),
        ("PUT", "/invocations", 405, "POST"),
        ("GET", "/execution-parameters", 404, None),
        ("POST", "/execution-parameters", 405, "GET"),
        ("GET", "/", 404, None),
        ("POST", "/invocations/", 404, None),
        ("GET", "/..%2fping", 404, None),
    ],
)
def test_each_route_has_its_method(method: str, path: str, status: int, allow: str | None) -> None:
    answered, headers, _ = run(Application(Echo(), LIMITS), method=method, path=path)

    assert answered == status
    assert headers.get("allow") == allow


def test_content_type_and_accept_reach_the_model_verbatim() -> None:
    headers = [(b"content-type", b"Text/CSV; charset=utf-8"), (b"accept", b"*/*"), (b"x-other", b"1")]

    assert (
        run(Application(Echo(), LIMITS), headers=headers)[1]["content-type"] == "Text/CSV; charset=utf-8|*/*"
    )


def test_an_accept_on_several_lines_is_one_list() -> None:
    headers = [(b"accept", b"text/csv;q=0.1"), (b"accept", b"*/*")]

    assert run(Application(Echo(), LIMITS), headers=headers)[1]["content-type"] == "|text/csv;q=0.1,*/*"


def test_a_small_body_is_answered_on_the_loop_and_a_large_one_on_the_worker() -> None:
    model = Echo()
    application = Application(model, LIMITS)

    assert run(application, pieces=[b"x" * 100])[0] == 200
    assert run(application, pieces=[b"x" * 60, b"x" * 60])[2] == b"x" * 120

    assert model.threads[0] == threading.current_thread().name
    assert model.threads[1].startswith("bulk")


@pytest.mark.parametrize("pieces", [[b"x" * 1001], [b"x" * 600, b"x" * 600], [b"x" * 500] * 6])
def test_a_body_over_the_limit_is_413_however_it_arrives(pieces: list[bytes]) -> None:
    model = Echo()

    status, headers, body = run(Application(model, LIMITS), pieces=pieces)

    assert status == 413
    assert headers["content-type"] == "application/problem+json"
    assert "1000 bytes" in json.loads(body)["detail"]
    assert not model.threads
    assert "connection" not in headers


def test_a_body_without_end_closes_the_connection() -> None:
    status, headers, _ = run(Application(Echo(), LIMITS), pieces=[b"x" * 999] * 50)

    assert (status, headers["connection"]) == (413, "close")


def test_a_declared_length_over_the_limit_is_refused_before_the_body_is_read() -> None:
    async def scenario() -> tuple[int, dict[str, str], bytes]:
        never = asyncio.Event()
        return await call(Application(Echo(), LIMITS), headers=[(b"content-length", b"1001")], received=never)

    status, headers, _ = asyncio.run(scenario())

    assert (status, headers.get("connection")) == (413, None)


def test_a_refused_caller_that_waits_to_be_told_to_continue_is_told_to_close() -> None:
    headers = [(b"content-length", b"1001"), (b"expect", b"100-continue")]

    assert run(Application(Echo(), LIMITS), headers=headers)[1]["connection"] == "close"


def test_a_body_that_does_not_come_is_408() -> None:
    async def scenario() -> tuple[int, dict[str, str], bytes]:
        application = Application(Echo(), Limits(body_seconds=0.01))
        return await call(application, received=asyncio.Event())

    assert asyncio.run(scenario())[0] == 408


def test_a_body_that_breaks_off_never_reaches_the_model() -> None:
    model = Echo()
    sent: list[Any] = []

    async def scenario() -> None:
        messages = [
            {"type": "http.request", "body": b"1,2\n3", "more_body": True},
            {"type": "http.disconnect"},
        ]

        async def receive() -> Any:
            return messages.pop(0)

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/invocations", "headers": []}
        await Application(model, LIMITS)(scope, receive, send)

    asyncio.run(scenario())

    assert not model.threads


@pytest.mark.parametrize(
    "declared",
    [
        pytest.param((b"10", b"10"), id="too many at once"),
        pytest.param((b"1000", b"1000"), id="too many bytes"),
    ],
)
def test_a_full_queue_is_503_and_empties_again(declared: tuple[bytes, bytes]) -> None:
    limits = Limits(max_content_length=1000, in_flight=2, buffered_bytes=2500)

    async def scenario() -> tuple[int, dict[str, str], list[int]]:
        application = Application(Echo(), limits)
        arrived = asyncio.Event()
        waiting = [
            asyncio.create_task(call(application, headers=[(b"content-length", length)], received=arrived))
            for length in declared
        ]
        await asyncio.sleep(0)
        refused, headers, _ = await call(application, headers=[(b"content-length", b"900")])
        arrived.set()
        finished = [(await task)[0] for task in waiting]
        return refused, headers, [*finished, (await call(application))[0]]

    refused, headers, later = asyncio.run(scenario())

    assert (refused, headers["retry-after"]) == (503, "1")
    assert later == [200, 200, 200]


def test_the_callers_fault_keeps_its_status_and_message() -> None:
    status, headers, body = run(Application(Echo(), LIMITS), pieces=[b"caller"])

    assert (status, headers["content-type"]) == (422, "application/problem+json")
    assert json.loads(body)["detail"] == "Row 1, column 2: not a number."


@pytest.mark.parametrize("body", [b"secret 4711", b"secret" * 50], ids=["inline", "worker"])
def test_any_other_error_is_500_and_the_body_appears_neither_in_the_answer_nor_in_the_log(
    body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    status, _, answer = run(Application(Echo(), LIMITS), pieces=[body])

    assert status == 500
    assert b"secret" not in answer
    assert b"Traceback" not in answer
    assert "ValueError" in caplog.text
    assert "in invoke" in caplog.text
    assert "4711" not in caplog.text
    assert "secretsecret" not in caplog.text


def test_the_message_of_an_error_is_logged_on_request(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLIPWAY_LOG_MESSAGES", "1")

    run(Application(Echo(), LIMITS), pieces=[b"secret 4711"])

    assert "ValueError: secret 4711" in caplog.text


ID = b"x-amzn-sagemaker-inference-id"


@pytest.mark.parametrize(
    ("headers", "logged"),
    [
        ([(ID, b"0f8f-1")], "answered 500 to x-amzn-sagemaker-inference-id=0f8f-1"),
        (
            [(ID, b"0f8f-1"), (b"x-amzn-sagemaker-custom-attributes", b"correlation-id=order-7")],
            "answered 500 to x-amzn-sagemaker-inference-id=0f8f-1 "
            "x-amzn-sagemaker-custom-attributes=correlation-id=order-7",
        ),
        ([(ID, b"a b\x1b[31m")], "answered 500 to a request without an id"),
        ([], "answered 500 to a request without an id"),
    ],
)
def test_a_failure_is_logged_with_the_ids_of_its_request(
    headers: list[tuple[bytes, bytes]], logged: str, caplog: pytest.LogCaptureFixture
) -> None:
    application = Application(Echo(), LIMITS)
    assert run(application, pieces=[b"secret"], headers=headers)[0] == 500
    assert caplog.records[-1].getMessage() == logged
    assert run(application, pieces=[b"caller"], headers=headers)[0] == 422
    assert len(caplog.records) == 2
