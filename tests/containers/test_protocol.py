"""How an answer is written: head and body in one piece, and nothing held back for long."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from toolkit.protocol import Joining

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n"


class Written(asyncio.Transport):
    """A transport that remembers what it is told to do."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Any] = []

    def write(self, data: Any) -> None:
        self.calls.append(data)

    def writelines(self, pieces: Any) -> None:
        self.calls.append([*pieces])

    def close(self) -> None:
        self.calls.append("close")


def calls(use: Callable[[Joining], None], *, turns: int = 0) -> list[Any]:
    """What the transport is told when `use` has been made of it, and after so many turns of the loop."""
    written = Written()

    async def scenario() -> list[Any]:
        use(Joining(written, asyncio.get_running_loop()))
        for _ in range(turns):
            await asyncio.sleep(0)
        return [*written.calls]

    return asyncio.run(scenario())


def answer(body: bytes) -> Callable[[Joining], None]:
    def write(transport: Joining) -> None:
        transport.write(HEAD)
        transport.write(body)

    return write


@pytest.mark.parametrize("body", [b"1", b"", b"rows\r\n\r\n"])
def test_head_and_body_are_one_write(body: bytes) -> None:
    assert calls(answer(body), turns=2) == [HEAD + body]


def test_a_large_body_is_not_copied() -> None:
    body = bytes(1 << 20)

    [[head, written]] = calls(answer(body), turns=2)

    assert head == HEAD
    assert written is body


def test_a_head_without_a_body_leaves_at_the_next_turn() -> None:
    assert calls(lambda transport: transport.write(HEAD)) == []
    assert calls(lambda transport: transport.write(HEAD), turns=1) == [HEAD]


def test_a_head_leaves_before_the_connection_closes() -> None:
    def write(transport: Joining) -> None:
        transport.write(HEAD)
        transport.close()

    assert calls(write, turns=1) == [HEAD, "close"]


def test_what_is_no_head_is_written_at_once() -> None:
    assert calls(lambda transport: transport.write(b"1,2\n")) == [b"1,2\n"]
