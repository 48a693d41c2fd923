"""What a supervisor does about a container, with time that only the test lets pass."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import chain, repeat
from typing import Any

import pytest

from local.containers.supervisor import Backoff, Supervisor
from local.errors import ContainerError
from local.http.client import AnswerTimeoutError, Response
from local.timing import Timing

QUICK = Timing(between_pings=0.001)


def test_a_container_is_started_at_once_then_after_ever_longer_up_to_a_limit() -> None:
    backoff = Backoff(Timing())
    assert [backoff.delay(lived=1) for _ in range(9)] == [0, 0.5, 1, 2, 4, 8, 16, 30, 30]


def test_what_went_wrong_is_forgotten_once_a_container_has_run_for_a_while() -> None:
    backoff = Backoff(Timing())
    found = [backoff.delay(lived=lived) for lived in (1, 1, 1, 10, 1)]
    assert found == [0, 0.5, 1, 0, 0.5]


def test_times_are_scaled_and_counts_are_not() -> None:
    timing = Timing().scaled(0.1)
    assert (timing.answer, timing.ping, timing.missed_pings) == (6, pytest.approx(0.2), 3)


class Container:
    """Answers pings as it is told, and fails to start as often as it is told."""

    def __init__(self, pings: Sequence[int | Exception] = (), failures: int = 0) -> None:
        self.name = "container-1 (only)"
        self.retry_after = 1.0
        self.client: Any = self
        self.starts = self.ends = 0
        self._pings = chain(pings, repeat(200))
        self._failures = failures
        self.exited = asyncio.get_running_loop().create_future()

    async def request(self, method: str, path: str, timeout: float) -> Response:
        answer = next(self._pings)
        if isinstance(answer, Exception):
            raise answer
        return Response(answer)

    def start(self) -> None:
        self.starts += 1
        self.exited = asyncio.get_running_loop().create_future()

    async def wait_ready(self, timeout: float) -> None:
        if self.starts <= self._failures:
            raise ContainerError(f"{self.name} ended with exit code 1 before it was ready")

    async def end(self) -> None:
        self.ends += 1


def supervise(
    make: Callable[[], Container], spoil: Callable[[Container], None]
) -> tuple[Container, list[str]]:
    """Supervise a container until it has been started again; it, and what was noted, with the waits."""
    said: list[str] = []

    async def sleep(seconds: float) -> None:
        said.append(f"waits {seconds:g} s")

    async def scenario() -> Container:
        container, again = make(), asyncio.Event()
        supervisor = Supervisor(container, QUICK, said.append, again.set, sleep=sleep, clock=lambda: 0.0)
        running = asyncio.ensure_future(supervisor.run())
        spoil(container)
        await asyncio.wait_for(again.wait(), 20)
        running.cancel()
        return container

    return asyncio.run(scenario()), said


def test_a_container_that_ends_is_started_again_at_once() -> None:
    container, said = supervise(Container, lambda container: container.exited.set_result(-9))
    assert container.starts == 1
    assert said == [
        "container-1 (only) was killed by SIGKILL; it is started again now",
        "waits 0 s",
        "container-1 (only) answers again, 0.0 s after its start",
    ]


def test_one_that_cannot_start_is_tried_again_after_ever_longer_and_callers_are_told_when() -> None:
    container, said = supervise(
        lambda: Container(failures=3), lambda container: container.exited.set_result(1)
    )
    assert [text for text in said if text.startswith("waits")] == [
        *("waits 0 s", "waits 0.5 s", "waits 1 s", "waits 2 s")
    ]
    assert container.ends == container.starts == 4
    assert container.retry_after == 3


@pytest.mark.parametrize("problem", [500, AnswerTimeoutError("no answer within 2 s")])
def test_three_missed_pings_in_a_row_end_a_container(problem: int | Exception) -> None:
    container, said = supervise(lambda: Container([problem] * 3), lambda _: None)
    assert container.ends == 1
    why = "/ping answered 500" if problem == 500 else "no answer within 2 s"
    assert said[0] == f"container-1 (only) missed 3 pings ({why}); it is started again now"


def test_single_missed_pings_end_nothing() -> None:
    container, said = supervise(
        lambda: Container([500, 500, 200, 500, 500, 200, 503, 503, 503]), lambda _: None
    )
    assert container.starts == 1
    assert "missed 3 pings (/ping answered 503)" in said[0]
