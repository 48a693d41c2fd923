"""An ASGI application behind a listening socket of 127.0.0.1, for the time of a block."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any, cast

import uvicorn

from assembly.errors import UsageError
from containers.script_mode.toolkit.strict_http import LARGEST_HEAD, StrictProtocol
from local.http.ports import TAKEN, reserve

_KEEP_ALIVE = 75
_DRAIN = 5


def bind(port: int) -> socket.socket:
    """A socket bound to the port (0: any free one): connections are accepted once there is someone to answer.

    Raises UsageError when the port is taken, or there is none of that number.
    """
    try:
        return reserve(port)
    except OverflowError:
        raise UsageError(f"port {port} is above 65535; choose another with --port") from None
    except OSError as error:
        if error.errno in TAKEN:
            raise UsageError(
                f"port {port} cannot be used ({error.strerror}); choose another with --port"
            ) from None
        raise


@asynccontextmanager
async def listening(
    application: Any, listener: socket.socket, *, largest_head: int = LARGEST_HEAD
) -> AsyncIterator[None]:
    """Answer requests; at the end those under way get 5 s, and the socket is closed.

    A request line and header values of more than `largest_head` bytes in all are refused.
    """
    config = uvicorn.Config(
        application,
        loop="none",
        http=cast(type[asyncio.Protocol], partial(StrictProtocol, largest_head=largest_head)),
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


class _Server(uvicorn.Server):
    """Leaves signals to the command that runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
