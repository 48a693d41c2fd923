"""Admission: a bounded queue limits concurrent requests; overload fails the excess only."""

import asyncio
from types import TracebackType

from local.endpoint.chain import ServiceUnavailableError

# More at a time make a chain of single-threaded containers no faster, and every request later.
AT_ONCE = 16
# At a chain's pace, less than a tenth of a second for single rows.
WAITING = 64


class Admission:
    """A place among `at_once` for the time of a block; `waiting` more may wait for one, in their order.

    Raises ServiceUnavailableError, at once, when as many wait already.
    """

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._longest = waiting
        self._waiting = 0

    async def __aenter__(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        if self._waiting >= self._longest:
            raise ServiceUnavailableError("Too many requests are under way; try again.")
        self._waiting += 1
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._places.release()
