"""Request bodies in memory: their total size is limited for each listener."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

# Sixteen of the largest that SageMaker Runtime takes, as many as an endpoint answers at a time.
ROOM = 96 << 20
# What is read of a refused body, so that its sender gets to see the answer.
_DRAINED = 64 << 20


class BodyError(Exception):
    """A body is not there whole; the text says why."""


class TooLargeError(BodyError):
    """A body is larger than the listener takes."""


class NoRoomError(BodyError):
    """Other requests take all the room for bodies."""


class Bodies:
    """Reads the bodies of a listener: each of at most `largest` bytes, all that are held at most `room`."""

    def __init__(self, largest: int, room: int = ROOM) -> None:
        self._largest = largest
        self._room = room

    @property
    def room(self) -> int:
        """The number of bytes that may still be held."""
        return self._room

    @asynccontextmanager
    async def whole(self, receive: Receive, seconds: float) -> AsyncIterator[bytes]:
        """A request's body, held for the time of the block.

        Raises BodyError for one that is too large, finds no room, or does not arrive whole within `seconds`.
        What is refused is read on, without being held.
        """
        share = _Share(self)
        try:
            try:
                async with asyncio.timeout(seconds):
                    body = await self._read(receive, share)
            except TimeoutError:
                raise BodyError(f"The body did not arrive within {seconds:g} s.") from None
            yield body
        finally:
            share.give_back()

    async def _read(self, receive: Receive, share: "_Share") -> bytes:
        size = 0
        more = True
        while more and size <= _DRAINED:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise BodyError("The caller left before its request was complete.")
            piece = message.get("body", b"")
            size += len(piece)
            if size <= self._largest:
                share.add(piece)
            else:
                share.give_back()
            more = message.get("more_body", False)
        if size > self._largest:
            raise TooLargeError(f"A body of more than {self._largest} bytes.")
        if share.refused:
            raise NoRoomError("Too many requests are under way; try again.")
        return bytes(share.body)

    def take(self, size: int) -> bool:
        """Whether there is room for so many bytes, which then are held."""
        if size > self._room:
            return False
        self._room -= size
        return True

    def give_back(self, size: int) -> None:
        self._room += size


class _Share:
    """The memory that one request holds; once a piece does not fit, it holds nothing."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies
        self._size = 0
        # Not the pieces: a caller may send a byte at a time, and each would cost forty.
        self.body = bytearray()
        self.refused = False

    def add(self, piece: bytes) -> None:
        if self.refused:
            return
        if self._bodies.take(len(piece)):
            self._size += len(piece)
            self.body += piece
        else:
            self.refused = True
            self.give_back()

    def give_back(self) -> None:
        self.body.clear()
        self._bodies.give_back(self._size)
        self._size = 0
