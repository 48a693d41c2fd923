"""How a request's body is taken in: limits, broken and late bodies, and where the answer is worked out."""

import asyncio
import contextvars
import logging
import re
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from . import environment, received
from .received import Received
from .responses import Headers, Response, failure, problem

logger = logging.getLogger("toolkit")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

CLOSE: Headers = ((b"connection", b"close"),)
RETRY: Headers = ((b"retry-after", b"1"),)

# What SageMaker passes on of the invocation: its inference id, and whatever the caller adds.
_IDS = (b"x-amzn-sagemaker-inference-id", b"x-amzn-sagemaker-custom-attributes")
_PLAIN_ID = re.compile(rb"[A-Za-z0-9=._-]{1,128}")

# The stand-ins of heavy images run on Python 3.11, where a task begins with the loop's next turn.
_AT_ONCE: dict[str, Any] = {"eager_start": True} if sys.version_info >= (3, 12) else {}

# How many times the limit a body may grow to before the connection is closed on it.
DRAINED = 4

# Works out the answer to a body, its content type and its Accept.
Call = Callable[[bytes, str, str], Response]


@dataclass(frozen=True)
class Limits:
    """What one container takes on at a time; what exceeds `in_flight` or `buffered_bytes` is a 503.

    Bodies above `inline_bytes` go to the worker thread. Measured: the hop to a thread and back costs 60 us of
    CPU, and 32 KiB of CSV hold up the loop for half a millisecond.
    """

    max_content_length: int = environment.DEFAULT_MAX_CONTENT_LENGTH
    inline_bytes: int = 32 * 1024
    in_flight: int = 128
    buffered_bytes: int = 96 * 1024 * 1024
    body_seconds: float = 60.0


class CallerGone(Exception):
    """The caller closed the connection before the body was complete: nobody waits for an answer."""


class TooLarge(Exception):
    """The body exceeds the limit; `drained` says whether the caller finished sending it."""

    def __init__(self, limit: int, drained: bool) -> None:
        super().__init__(f"The body is larger than {limit} bytes; send it in smaller pieces.")
        self.drained = drained


class Intake:
    """Takes requests in; small ones are answered on the loop, large ones on one worker thread."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bulk")
        self._in_flight = 0
        self._buffered = 0

    async def answer(self, scope: Message, receive: Receive, call: Call) -> Response:
        """The answer to one request; one that is not taken in is refused."""
        content_type = accept = b""
        declared = 0
        waits_for_continue = False
        for name, value in scope["headers"]:
            if name == b"content-type":
                content_type = value
            elif name == b"accept":
                accept = accept + b"," + value if accept else value
            elif name == b"content-length":
                declared = int(value)
            elif name == b"expect":
                waits_for_continue = True
        refusal = self._refusal(declared)
        if refusal is not None:
            # A caller that waits for "100 Continue" never sends this body: the connection cannot go on.
            return refusal._replace(headers=refusal.headers + CLOSE) if waits_for_continue else refusal
        reserved = declared or self._limits.max_content_length
        self._in_flight += 1
        self._buffered += reserved
        try:
            # A body that is there already needs no timer, which costs a tenth of a hop.
            loop = asyncio.get_running_loop()
            reading = asyncio.Task(self._read(receive), loop=loop, **_AT_ONCE)
            late = self._limits.body_seconds
            body = reading.result() if reading.done() else await asyncio.wait_for(reading, late)
            received.request.set(Received(tuple(scope["headers"]), body))
            response = await self._called(
                call, body, content_type.decode("latin-1"), accept.decode("latin-1")
            )
            if response.status >= 500:
                _log_ids(scope, response.status)
            return response
        except TooLarge as error:
            return problem(413, str(error), () if error.drained else CLOSE)
        except CallerGone:
            return problem(400, "The body ended early.", CLOSE)
        except TimeoutError:
            return problem(408, "The body did not arrive in time.", CLOSE)
        finally:
            self._in_flight -= 1
            self._buffered -= reserved

    def _refusal(self, declared: int) -> Response | None:
        limits = self._limits
        if declared > limits.max_content_length:
            return problem(413, str(TooLarge(limits.max_content_length, drained=False)))
        if self._in_flight >= limits.in_flight or (
            self._in_flight and self._buffered + declared > limits.buffered_bytes
        ):
            return problem(503, "The container is busy; try again.", RETRY)
        return None

    async def _read(self, receive: Receive) -> bytes:
        """The whole body. One that grows too large is read on for a while, so that a caller that is still
        sending sees the answer and not a reset connection."""
        limit = self._limits.max_content_length
        pieces: list[bytes] = []
        size = 0
        more = True
        while more and size <= DRAINED * limit:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise CallerGone
            body, more = message["body"], message["more_body"]
            size += len(body)
            if size <= limit:
                pieces.append(body)
        if size > limit:
            raise TooLarge(limit, drained=not more)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def _called(self, call: Call, body: bytes, content_type: str, accept: str) -> Response:
        try:
            if len(body) <= self._limits.inline_bytes:
                return call(body, content_type, accept)
            loop = asyncio.get_running_loop()
            context = contextvars.copy_context()
            work = partial(context.run, call, body, content_type, accept)
            return await loop.run_in_executor(self._worker, work)
        except Exception as error:
            return failure(error)


async def send_response(response: Response, send: Send) -> None:
    """Hand an answer to the server."""
    headers = [*response.headers]
    if response.content_type:
        headers.append((b"content-type", response.content_type.encode("latin-1")))
    if response.status != 204:
        headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


def _log_ids(scope: Message, status: int) -> None:
    """Write which request failed, by the ids that its caller gave it; an odd one is left out."""
    ids = [
        f"{name.decode()}={value.decode('latin-1')}"
        for name, value in scope["headers"]
        if name in _IDS and _PLAIN_ID.fullmatch(value)
    ]
    logger.error("answered %d to %s", status, " ".join(ids) or "a request without an id")
