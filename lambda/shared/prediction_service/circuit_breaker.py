"""A circuit breaker: an endpoint that fails and fails is left alone for a while."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prediction_service import faults
from prediction_service.problem import Problem

FAILURES = 5
REST_SECONDS = 10.0


class Breaker:
    """One endpoint's, in one execution environment, which answers one request at a time.

    FAILURES calls in a row that fail open it: for REST_SECONDS every call is refused at once. Then one is
    tried, and its outcome closes the breaker or opens it for as long again. What the model refuses is no
    failure; being throttled is neither failure nor success, since the endpoint is there.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures = 0
        self._opened = -math.inf

    @contextmanager
    def closed(self) -> Iterator[None]:
        """A block that calls the endpoint; raises a Problem (503) instead while the breaker is open."""
        left = self._opened + REST_SECONDS - self._clock()
        if left > 0:
            raise Problem(
                503,
                "The model is temporarily unavailable. Try again later.",
                headers={"Retry-After": str(math.ceil(left))},
                cause="circuit breaker open",
            )
        try:
            yield
        except Problem as problem:
            if faults.is_failure(problem):
                self._fail()
            elif problem.status < 500:
                self._failures = 0
            raise
        self._failures = 0

    def _fail(self) -> None:
        self._failures += 1
        if self._failures >= FAILURES:
            self._opened = self._clock()
