"""However many requests are under way, their bodies take no more memory than a listener has room for."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from patience import PATIENCE

from local.endpoint.runtime import Runtime
from local.http.bodies import Bodies, BodyError, NoRoomError, TooLargeError


class Caller:
    """Sends its pieces when a test says so; what is sent is received in order."""

    def __init__(self) -> None:
        self._messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._idle = asyncio.Event()

    def send(self, piece: bytes, *, last: bool = False) -> None:
        self._idle.clear()
        self._messages.put_nowait({"type": "http.request", "body": piece, "more_body": not last})

    def leave(self) -> None:
        self._messages.put_nowait({"type": "http.disconnect"})

    async def receive(self) -> dict[str, Any]:
        if self._messages.empty():
            self._idle.set()
        return await self._messages.get()

    async def is_waited_for(self) -> None:
        """Returns when all that was sent has been received, and more is asked for."""
        await self._idle.wait()


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        async with asyncio.timeout(PATIENCE):
            await scenario()

    asyncio.run(main())


async def size_of(bodies: Bodies, caller: Caller) -> int:
    async with bodies.whole(caller.receive, PATIENCE) as body:
        return len(body)


def test_of_a_hundred_bodies_that_stay_short_no_more_is_held_than_there_is_room() -> None:
    async def scenario() -> None:
        bodies = Bodies(largest=6, room=20)
        callers = [Caller() for _ in range(100)]
        reading = [asyncio.ensure_future(size_of(bodies, caller)) for caller in callers]
        for caller in callers:
            caller.send(b"12345")
            await caller.is_waited_for()
            assert 0 <= bodies.room <= 20
        assert bodies.room == 0
        for caller in callers:
            caller.send(b"", last=True)
        found = await asyncio.gather(*reading, return_exceptions=True)
        assert found[:4] == [5] * 4
        assert all(isinstance(one, NoRoomError) for one in found[4:])
        assert bodies.room == 20

    run(scenario)


def test_a_body_is_held_until_it_is_answered() -> None:
    async def scenario() -> None:
        bodies, first, second = Bodies(largest=6, room=6), Caller(), Caller()
        for caller in (first, second):
            caller.send(b"1234", last=True)
        async with bodies.whole(first.receive, PATIENCE) as body:
            assert (body, bodies.room) == (b"1234", 2)
            with pytest.raises(NoRoomError, match="Too many requests"):
                await size_of(bodies, second)
        second.send(b"123456", last=True)
        assert await size_of(bodies, second) == 6

    run(scenario)


@pytest.mark.parametrize("end", ["too large", "left", "late", "cancelled", "answer fails"])
def test_what_a_request_held_is_given_back_however_it_ends(end: str) -> None:
    async def scenario() -> None:
        bodies, caller = Bodies(largest=6, room=6), Caller()
        reading = asyncio.ensure_future(size_of(bodies, caller))
        caller.send(b"1234")
        await caller.is_waited_for()
        assert bodies.room == 2
        if end == "too large":
            caller.send(b"567")
            await caller.is_waited_for()
            assert bodies.room == 6
            caller.send(b"", last=True)
            with pytest.raises(TooLargeError):
                await reading
        elif end == "left":
            caller.leave()
            with pytest.raises(BodyError, match="left before"):
                await reading
        else:
            reading.cancel()
            await asyncio.wait([reading])
            other = Caller()
            other.send(b"1234")
            if end == "late":
                with pytest.raises(BodyError, match="did not arrive within 0 s"):
                    async with bodies.whole(other.receive, 0):
                        pass
            elif end == "answer fails":
                other.send(b"5", last=True)
                with pytest.raises(ZeroDivisionError):
                    async with bodies.whole(other.receive, PATIENCE):
                        raise ZeroDivisionError
        assert bodies.room == 6

    run(scenario)


def test_the_runtime_says_503_and_when_to_try_again() -> None:
    async def scenario() -> None:
        runtime = Runtime([], "000000000000", Bodies(largest=6, room=6))
        slow, other = Caller(), Caller()
        first = asyncio.ensure_future(answer(runtime, slow))
        slow.send(b"1234")
        await slow.is_waited_for()

        other.send(b"1234", last=True)
        status, headers, document = await answer(runtime, other)
        assert (status, headers["x-amzn-errortype"], headers["retry-after"]) == (
            503,
            "ServiceUnavailable",
            "1",
        )
        assert document["Message"] == "Too many requests are under way; try again."

        slow.send(b"", last=True)
        assert "not found" in (await first)[2]["Message"]
        other.send(b"1234", last=True)
        assert "not found" in (await answer(runtime, other))[2]["Message"]

    run(scenario)


async def answer(runtime: Runtime, caller: Caller) -> tuple[int, dict[str, str], Any]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    path = "/endpoints/shop/invocations"
    scope = {"method": "POST", "path": path, "raw_path": path.encode(), "headers": []}
    await runtime(scope, caller.receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, json.loads(sent[1]["body"])
