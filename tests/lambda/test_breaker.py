"""An endpoint that fails and fails is left alone; the breaker's clock is the test's."""

import contextlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError
from churn_api import PREDICTION
from gateway import ENVIRONMENT, Answer, Context, Runtime
from hypothesis import given
from hypothesis import strategies as st
from prediction_service import faults
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
        return Answer(raw["statusCode"], headers, raw["body"].encode())

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


# What happens, a letter a call: F fails, S succeeds, M is refused by the model, T is throttled; x is refused
# by the breaker, unasked. A number is how many seconds pass.
COURSES = {
    "it is closed at first": "S",
    "five failures open it": "F F F F F x x",
    "a success in between sets the count back": "F F F F S F F F F S",
    "so does what the model refuses": "F F F F M F F F F S",
    "being throttled does not": "F F F F T F x",
    "nor does it count": "T T T T T T S",
    "it is open for ten seconds": "F F F F F 9.5 x 0.5 S",
    "time alone sets no count back": "F F F F 60 F x",
    "the trial's success closes it": "F F F F F 10 S F F F F S",
    "the trial's failure opens it for as long again": "F F F F F 10 F x 9.5 x 0.5 S",
    "what the model refuses closes it too": "F F F F F 10 M F F F F S",
    "a throttled trial leaves the count as it was": "F F F F F 10 T F x",
}
OUTCOMES: Mapping[str, Problem | None] = {
    "F": Problem(502, "failed"),
    "M": Problem(422, "refused by the model"),
    "T": faults.problem(THROTTLED),
    "S": None,
}


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES.keys())
def test_the_course_of_a_breaker(course: str) -> None:
    now = 0.0
    breaker = Breaker(lambda: now)
    for number, step in enumerate(course.split(), start=1):
        if step in OUTCOMES:
            assert asks(breaker, OUTCOMES[step]), f"step {number}, {step}: the endpoint was not asked"
        elif step == "x":
            assert not asks(breaker, None), f"step {number}: the endpoint was asked"
        else:
            now += float(step)


WAITS = st.lists(st.floats(0, 30), max_size=60)


@given(WAITS)
def test_an_endpoint_that_always_fails_is_asked_five_times_and_then_once_in_ten_seconds(
    waits: list[float],
) -> None:
    now = 0.0
    breaker = Breaker(lambda: now)
    asked = []
    for wait in waits:
        now += wait
        if asks(breaker, OUTCOMES["F"]):
            asked.append(now)
    assert len(asked) >= min(len(waits), FAILURES)
    opened = asked[FAILURES - 1 :]
    assert all(later >= earlier + REST_SECONDS for earlier, later in pairwise(opened))


@given(WAITS)
def test_an_endpoint_that_answers_is_always_asked(waits: list[float]) -> None:
    now = 0.0
    breaker = Breaker(lambda: now)
    for wait in waits:
        now += wait
        assert asks(breaker, None)


def asks(breaker: Breaker, outcome: Problem | None) -> bool:
    """Whether a call that ends so reaches the endpoint."""
    asked = False
    with contextlib.suppress(Problem), breaker.closed():
        asked = True
        if outcome:
            raise outcome
    return asked
