"""An endpoint that fails and fails is left alone; the breaker's clock is the test's."""

import contextlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError
from churn_api import PREDICTION
from gateway import ENVIRONMENT, Answer, Context, Runtime
from hypothesis import given
from hypothesis import strategies as st
from prediction_service.circuit_breaker import FAILURES, REST_SECONDS, Breaker
from prediction_service.environment import Environment
from prediction_service.prediction import create_handler
from prediction_service.problem import Problem

from quality.resilience.wrong_input.events import LEAVES
from quality.resilience.wrong_input.requests import csv_body


def fault(code: str, status: int, **members: object) -> ClientError:
    response = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}, **members}
    return ClientError(response, "InvokeEndpoint")  # type: ignore[arg-type]


BROKEN = fault("ModelError", 424, OriginalStatusCode=500)
REFUSED = fault("ModelError", 424, OriginalStatusCode=422)
THROTTLED = fault("ThrottlingException", 400)


@dataclass
class Bench:
    """A handler whose endpoint does what it is told to."""

    now: float = 0.0
    runtime: Runtime = field(default_factory=Runtime)
    log: io.StringIO = field(default_factory=io.StringIO)

    def __post_init__(self) -> None:
        environment = Environment.read({**ENVIRONMENT, "TOTAL_MAX_ATTEMPTS": "1"})
        runtime: Any = self.runtime
        logger = Logger(service=f"breaker-{id(self)}", stream=self.log)
        self._handle = create_handler(PREDICTION, environment, runtime, logger, clock=lambda: self.now)

    def ask(self, failure: Exception | None = None) -> Answer:
        self.runtime.failure = failure
        raw = self._handle(csv_body(LEAVES), Context())
        headers = {name.lower(): ", ".join(values) for name, values in raw["multiValueHeaders"].items()}
        return Answer(raw["statusCode"], headers, raw["body"])

    def fail(self, times: int = FAILURES) -> None:
        for _ in range(times):
            assert self.ask(BROKEN).status == 502


def test_after_five_failures_in_a_row_the_endpoint_is_not_asked() -> None:
    bench = Bench()
    bench.fail()
    answer = bench.ask()

    assert (answer.status, answer.headers["retry-after"]) == (503, "10")
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(bench.runtime.calls) == FAILURES
    assert json.loads(bench.log.getvalue().splitlines()[-2])["cause"] == "circuit breaker open"


def test_four_failures_and_a_success_count_for_nothing() -> None:
    bench = Bench()
    bench.fail(FAILURES - 1)
    assert bench.ask().status == 200
    bench.fail(FAILURES - 1)

    assert bench.ask().status == 200


def test_after_ten_seconds_one_call_is_tried_and_its_success_closes_the_breaker() -> None:
    bench = Bench()
    bench.fail()
    bench.now = REST_SECONDS - 0.5
    assert (bench.ask().status, bench.ask().headers["retry-after"]) == (503, "1")
    bench.now = REST_SECONDS

    assert [bench.ask().status for _ in range(3)] == [200, 200, 200]
    bench.fail(FAILURES - 1)
    assert bench.ask().status == 200


def test_a_trial_that_fails_opens_it_for_as_long_again() -> None:
    bench = Bench()
    bench.fail()
    bench.now = REST_SECONDS
    bench.fail(1)
    calls = len(bench.runtime.calls)

    assert bench.ask().headers["retry-after"] == "10"
    assert len(bench.runtime.calls) == calls


@pytest.mark.parametrize(("failure", "status"), [(REFUSED, 422), (THROTTLED, 503)])
def test_rows_that_are_refused_and_a_busy_endpoint_open_nothing(failure: Exception, status: int) -> None:
    bench = Bench()
    assert [bench.ask(failure).status for _ in range(3 * FAILURES)] == [status] * (3 * FAILURES)
    assert bench.ask().status == 200


def test_answers_that_cannot_be_used_are_failures_too() -> None:
    bench = Bench()
    whole = bench.runtime.invoke_endpoint
    bench.runtime.invoke_endpoint = lambda **request: {  # type: ignore[method-assign]
        **whole(**request),
        "ContentType": "text/html",
    }

    assert [bench.ask().status for _ in range(FAILURES + 1)] == [502] * FAILURES + [503]


@given(st.lists(st.tuples(st.floats(0, 30), st.sampled_from([200, 422, 502, 503, 504])), max_size=60))
def test_it_is_open_for_ten_seconds_from_each_failure_that_follows_four_or_more(
    calls: list[tuple[float, int]],
) -> None:
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    in_a_row, opened = 0, -REST_SECONDS
    for wait, status in calls:
        now[0] += wait
        asked: list[int] = []
        refused = ends_with(breaker, lambda status=status, asked=asked: called(status, asked))
        is_open = now[0] < opened + REST_SECONDS
        assert asked == ([] if is_open else [status])
        assert refused == (503 if is_open else status)
        if not is_open:
            in_a_row = in_a_row + 1 if status >= 500 else 0
            opened = now[0] if in_a_row >= FAILURES else opened


def called(status: int, asked: list[int]) -> None:
    asked.append(status)
    if status != 200:
        raise Problem(status, "as the test says")


def ends_with(breaker: Breaker, call: Callable[[], None]) -> int:
    try:
        with breaker.closed():
            call()
    except Problem as problem:
        return problem.status
    return 200


def after(*statuses: int) -> bool:
    """Whether a breaker is open after problems of these statuses; from 500 they are failures."""
    breaker = Breaker(clock=lambda: 0.0)
    for status in statuses:
        with contextlib.suppress(Problem), breaker.closed():
            raise Problem(status, "a problem")
    try:
        with breaker.closed():
            return False
    except Problem:
        return True


def test_a_refusal_sets_the_count_back_to_nothing() -> None:
    failing = [503] * (FAILURES - 1)

    assert after(*failing, 503)
    assert not after(*failing, 422, *failing)
    assert not after(*failing, 499, *failing)
    assert after(*failing, 500)
