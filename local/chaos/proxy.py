"""Stands between the chain and one container, and passes everything on until it is told to spoil answers."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from local.chaos.spoilers import Spoiler, write
from local.http.client import Client, HttpError

_LONGEST_HEAD = 1 << 16


class Proxy:
    """A server of its own in front of a container; `spoilers` are those of a path, such as /invocations.

    `client` is to take the place of the container's own way to make a client of its port. `passed` counts
    the container's answers by path, spoilt or not.
    """

    def __init__(self) -> None:
        self.spoilers: dict[str, Spoiler] = {}
        self.passed: Counter[str] = Counter()
        self._port = 0
        self._container: Client | None = None

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_LONGEST_HEAD)
        self._port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()

    def client(self, port: int, host: str) -> Client:
        """A client that reaches host and port by way of this proxy."""
        self._container = Client(port, host)
        return Client(self._port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A caller or container that is gone ends its connection, as without a proxy; so does the run's end,
        # which asyncio's streams (3.12) would report as an error.
        with suppress(asyncio.IncompleteReadError, ConnectionError, HttpError, asyncio.CancelledError):
            while await self._exchange(reader, writer):
                pass
        writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Pass one request on; whether the connection can take another one."""
        request, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip().split("\r\n")
        method, path, _ = request.split(" ")
        headers = [
            (name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)
        ]
        body = await reader.readexactly(int(dict(headers).get("content-length", "0")))
        passed = [header for header in headers if header[0] not in ("host", "content-length")]
        if self._container is None:
            return False
        answer = await self._container.request(method, path, passed, body)
        self.passed[path] += 1
        if spoil := self.spoilers.get(path):
            return await spoil(answer, writer)
        await write(answer, writer)
        return True
