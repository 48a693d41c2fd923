"""Keeps a served container answering, as SageMaker does on its instances."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from local.containers.container import describe_exit
from local.errors import ContainerError
from local.http.client import Client, HttpError
from local.timing import Timing


class Supervised(Protocol):
    """A container as its supervisor uses it."""

    name: str
    client: Client
    exited: asyncio.Future[int]
    retry_after: float

    def start(self) -> None: ...
    async def wait_ready(self, timeout: float) -> None: ...
    async def end(self) -> None: ...


class Backoff:
    """The delays before a container is restarted."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._failures = 0

    def delay(self, lived: float) -> float:
        """Seconds to wait after the container has been ready for `lived` seconds."""
        timing = self._timing
        if lived >= timing.settled:
            self._failures = 0
        self._failures += 1
        if self._failures == 1:
            return 0
        return min(timing.longest_delay, timing.first_delay * 2.0 ** (self._failures - 2))


class Supervisor:
    """Pings a container that is ready; starts it again when it ends or misses its pings.

    `note` is told what happened, `changed` that the container has a new process. `sleep` and `clock` are the
    event loop's and the system's but for tests.
    """

    def __init__(
        self,
        container: Supervised,
        timing: Timing,
        note: Callable[[str], None],
        changed: Callable[[], None],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._container = container
        self._timing = timing
        self._note, self._changed = note, changed
        self._sleep, self._clock = sleep, clock
        self._backoff = Backoff(timing)

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            ready = self._clock()
            problem = await self._failure()
            await self._start_again(problem, self._clock() - ready)

    async def _failure(self) -> str:
        """Wait until something is wrong with the container, and describe it."""
        container, missed = self._container, 0
        while True:
            done, _ = await asyncio.wait([container.exited], timeout=self._timing.between_pings)
            if done:
                return f"{container.name} {describe_exit(container.exited.result())}"
            problem = await self._ping()
            missed = missed + 1 if problem else 0
            if missed == self._timing.missed_pings:
                return f"{container.name} missed {missed} pings ({problem})"

    async def _ping(self) -> str:
        """Why a ping failed; empty when it did not."""
        try:
            response = await self._container.client.request("GET", "/ping", timeout=self._timing.ping)
        except HttpError as error:
            return str(error)
        return "" if response.status == 200 else f"/ping answered {response.status}"

    async def _start_again(self, problem: str, lived: float) -> None:
        container = self._container
        while True:
            delay = self._backoff.delay(lived)
            container.retry_after = delay + 1
            await container.end()
            self._note(f"{problem}; it is started again {f'in {delay:g} s' if delay else 'now'}")
            await self._sleep(delay)
            started = self._clock()
            try:
                container.start()
                await container.wait_ready(self._timing.ready)
            except ContainerError as error:
                problem, lived = str(error), 0
                continue
            self._note(f"{container.name} answers again, {self._clock() - started:.1f} s after its start")
            self._changed()
            return
