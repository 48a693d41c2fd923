import asyncio
from collections.abc import Awaitable, Callable

import pytest

from local.endpoint.admission import Admission
from local.endpoint.chain import ServiceUnavailableError


def under_load(scenario: Callable[[Admission, asyncio.Event], Awaitable[None]]) -> None:
    """Run a scenario with one place and a queue of two; the event lets go whoever has the place."""

    async def main() -> None:
        async with asyncio.timeout(20):
            await scenario(Admission(at_once=1, waiting=2), asyncio.Event())

    asyncio.run(main())


def test_those_who_wait_get_the_place_in_their_order_and_the_excess_is_refused_at_once() -> None:
    async def scenario(admission: Admission, leave: asyncio.Event) -> None:
        done: list[int] = []

        async def request(number: int) -> None:
            async with admission:
                await leave.wait()
                done.append(number)

        tasks = [asyncio.ensure_future(request(number)) for number in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(ServiceUnavailableError, match="Too many requests are under way"):
            await request(3)
        leave.set()
        await asyncio.gather(*tasks)
        assert done == [0, 1, 2]
        await request(4)
        assert done[-1] == 4

    under_load(scenario)


def test_a_place_is_free_again_after_an_error_and_a_caller_who_leaves_makes_room_in_the_queue() -> None:
    async def scenario(admission: Admission, leave: asyncio.Event) -> None:
        async def fail() -> None:
            async with admission:
                await leave.wait()
                raise ValueError

        async def wait() -> str:
            async with admission:
                return "served"

        failing = asyncio.ensure_future(fail())
        await asyncio.sleep(0)
        left, first, second = (asyncio.ensure_future(wait()) for _ in range(3))
        await asyncio.sleep(0)
        assert isinstance(second.exception(), ServiceUnavailableError)
        left.cancel()
        await asyncio.sleep(0)
        third = asyncio.ensure_future(wait())
        leave.set()
        assert await asyncio.gather(first, third) == ["served", "served"]
        with pytest.raises(ValueError):
            await failing

    under_load(scenario)
