"""An ASGI application behind a listening socket of 127.0.0.1, for the time of a block."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from local.errors import UsageError

_KEEP_ALIVE = 75
_DRAIN = 5
# Time for a request's headers; who sends a byte now and then holds a connection for no longer.
HEAD_SECONDS = 20.0


def bind(port: int) -> socket.socket:
    """A socket bound to the port (0: any free one) that does not listen yet.

    Raises UsageError when the port is taken.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        # Taken before anything is started; connections are accepted once there is someone to answer.
        listener.listen(0)
    except OSError as error:
        listener.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise UsageError(
                f"port {port} cannot be used ({error.strerror}); choose another with --port"
            ) from None
        raise
    return listener


@asynccontextmanager
async def listening(application: Any, listener: socket.socket) -> AsyncIterator[None]:
    """Answer requests; at the end those under way get 5 s, and the socket is closed."""
    config = uvicorn.Config(
        application,
        loop="none",
        http=_Protocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_DRAIN,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            if serving.done():
                serving.result()
            await asyncio.sleep(0.005)
        yield
    finally:
        server.should_exit = True
        await serving


class _Protocol(HttpToolsProtocol):
    """Closes a connection on which a request's headers are not complete in time."""

    _deadline: asyncio.TimerHandle | None = None

    # A server's transport is always one that writes, as uvicorn has it; asyncio's base class says less.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_headers()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._expect_headers()

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _expect_headers(self) -> None:
        self._stop_waiting()
        self._deadline = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()


class _Server(uvicorn.Server):
    """Leaves signals to the command that runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
