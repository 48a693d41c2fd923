"""What is served by a loop of its own, beside the test that asks it."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import uvloop
from patience import PATIENCE


@contextmanager
def in_background(
    what: str, serve: Callable[[Callable[[], None], asyncio.Event], Coroutine[Any, Any, None]]
) -> Iterator[None]:
    """Run `serve` for the time of the block: it calls its first argument when it is ready, and ends at the
    event that is its second."""
    ready, loop, stop = threading.Event(), uvloop.new_event_loop(), asyncio.Event()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(serve(ready.set, stop))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert ready.wait(PATIENCE), f"{what} did not become ready"
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(PATIENCE)
