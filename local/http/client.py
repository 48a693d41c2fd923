"""An HTTP/1.1 client for containers on the loopback: kept-alive connections, whole bodies, little CPU.

httpx costs more a request than the four containers of a chain together; this asyncio protocol on top of
httptools' parser costs a hop some 20 microseconds.
"""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

import httptools

from local.timing import SAGEMAKER

CONNECT_TIMEOUT = 0.25
_LATE = 1.1
# Servers close connections that were idle for some seconds, perhaps just as one is used again. A connection
# that ends sooner ended for another reason, and its request may have been acted on: it is not sent twice.
SHORTEST_IDLE_CLOSE = 1.0
# No request or answer in SageMaker is larger: what a transform job's MaxPayloadInMB allows.
LARGEST_ANSWER = 100 << 20
# An answer's headers; the parser keeps incomplete ones, whatever their size.
LARGEST_HEAD = 64 << 10


class HttpError(Exception):
    """No usable answer; the message says why."""


class ConnectError(HttpError):
    """Nobody accepted the connection in time, or it was closed at once; the request was not sent."""


class AnswerTimeoutError(HttpError):
    """The answer took too long."""


class ConnectionClosedError(HttpError):
    """The connection ended before the answer was complete."""

    def __init__(self, message: str, *, answer_begun: bool) -> None:
        super().__init__(message)
        self.answer_begun = answer_begun


@dataclass(slots=True)
class Response:
    """An answer. Header names are lower-case; a repeated header keeps its last value."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Client:
    """Requests to one server; connections are kept and used again. To be used from one event loop."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._host, self._port = host, port
        self._idle: list[_Connection] = []

    async def request(
        self,
        method: str,
        path: str,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        timeout: float = SAGEMAKER.answer,
    ) -> Response:
        """Send one request and return the whole answer, whatever its status.

        Connecting may take 250 ms, the answer `timeout` seconds. Raises HttpError.
        """
        head = [
            f"{method} {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nContent-Length: {len(body)}\r\n"
        ]
        head.extend(f"{name}: {value}\r\n" for name, value in headers)
        head.append("\r\n")
        message = "".join(head).encode("latin-1")
        while kept := self._take_idle():
            idle = time.monotonic() - kept.used
            try:
                return await self._exchange(kept, message, body, timeout)
            except ConnectionClosedError as error:
                if error.answer_begun or idle < SHORTEST_IDLE_CLOSE:
                    raise
        return await self._exchange(await self._connect(), message, body, timeout)

    def close(self) -> None:
        """Close the connections that are not in use."""
        while kept := self._take_idle():
            kept.close()

    async def _exchange(
        self, connection: "_Connection", head: bytes, body: bytes, timeout: float
    ) -> Response:
        try:
            response = await connection.exchange(head, body, timeout)
        except BaseException:
            connection.close()
            raise
        if connection.reusable:
            connection.used = time.monotonic()
            self._idle.append(connection)
        else:
            connection.close()
        return response

    def _take_idle(self) -> "_Connection | None":
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:
                return connection
        return None

    async def _connect(self) -> "_Connection":
        loop = asyncio.get_running_loop()
        begun = loop.time()
        connecting = asyncio.ensure_future(
            loop.create_connection(lambda: _Connection(loop), self._host, self._port)
        )
        try:
            await asyncio.wait([connecting], timeout=CONNECT_TIMEOUT)
            if loop.time() - begun > _LATE * CONNECT_TIMEOUT:
                # The loop was busy with other things: the server may have been there all the time.
                await asyncio.wait([connecting], timeout=CONNECT_TIMEOUT)
            if not connecting.done():
                raise ConnectError(f"no connection within {CONNECT_TIMEOUT * 1000:.0f} ms")
            return connecting.result()[1]
        except OSError as error:
            raise ConnectError(f"no connection: {error.strerror or error}") from None
        finally:
            connecting.cancel()


class _Connection(asyncio.Protocol):
    """One connection, one exchange at a time. The on_* methods are httptools' callbacks."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport
        self.is_open = False
        self._keep_alive = False
        self._surplus = False
        self.used = 0.0
        self._parser = httptools.HttpResponseParser(self)
        self._answer: asyncio.Future[Response] | None = None

    @property
    def reusable(self) -> bool:
        """Whether the last exchange ended cleanly on both sides."""
        sent = not self._transport.get_write_buffer_size()
        return self.is_open and self._keep_alive and sent and not self._surplus

    async def exchange(self, head: bytes, body: bytes, timeout: float) -> Response:
        if not self.is_open:  # closed by the server between its acceptance and this task's turn
            raise ConnectError("the connection was closed before the request was sent")
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._size = self._idle_bytes = 0
        self._begun = self._in_body = False
        self._answer = self._loop.create_future()
        timer = self._loop.call_later(timeout, self._time_out, timeout)
        try:
            if len(body) < 1 << 16:
                self._transport.write(head + body)
            else:
                self._transport.writelines([head, body])
            return await self._answer
        finally:
            timer.cancel()
            self._answer = None

    def close(self) -> None:
        self.is_open = False
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        if self._answer is None:  # an answer that nobody asked for
            self.close()
            return
        self._begun = True
        self._progress = False
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(HttpError(f"the answer is not HTTP: {error}"))
        except httptools.HttpParserUpgrade:
            self._fail(HttpError("the response switches to another protocol without an upgrade request"))
            self.close()
        self._idle_bytes = 0 if self._progress else self._idle_bytes + len(data)
        if self._idle_bytes > LARGEST_HEAD:
            self._fail(HttpError(f"the answer's headers are larger than {LARGEST_HEAD} bytes"))
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        message = "the connection was closed before the answer was complete"
        self._fail(ConnectionClosedError(message, answer_begun=self._answer is not None and self._begun))

    def on_message_begin(self) -> None:
        if self._answer is not None and self._answer.done():
            self._surplus = True

    def on_header(self, name: bytes, value: bytes) -> None:
        if not (self._surplus or self._in_body):  # a trailer must not pass for a header
            self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._in_body = self._progress = True

    def on_body(self, piece: bytes) -> None:
        self._progress = True
        self._size += len(piece)
        if self._size > LARGEST_ANSWER:
            self._fail(HttpError(f"the answer is larger than {LARGEST_ANSWER} bytes"))
            self.close()
        self._body.append(piece)

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:  # an interim answer; the real one follows
            self._headers = {}
            self._in_body = False
            return
        self._keep_alive = self._parser.should_keep_alive()
        if self._answer is not None and not self._answer.done():
            body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
            self._answer.set_result(Response(status, self._headers, body))

    def _time_out(self, timeout: float) -> None:
        self._fail(AnswerTimeoutError(f"no answer within {timeout:g} s"))

    def _fail(self, error: HttpError) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
