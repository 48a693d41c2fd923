"""What can be wrong with an answer. Each takes a container's answer and writes what the chain gets instead.

It returns whether the connection can be used again.
"""

import asyncio
import json
import re
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from local.http.client import Response

Spoiler = Callable[[Response, asyncio.StreamWriter], Awaitable[bool]]

_NUMBER = re.compile(rb"(?<![\w.])-?\d+(\.\d+)?([eE][+-]?\d+)?(?![\w.])")
_LABEL = re.compile(rb"(?m)^[A-Za-z]+(?=\r?$|,)")
_HTML = b"<html><body><h1>It works</h1></body></html>"
_HEADERS_ARRIVE = 0.01


async def write(answer: Response, writer: asyncio.StreamWriter) -> None:
    """Write an answer as it is."""
    writer.write(_head(answer, len(answer.body)) + answer.body)
    await writer.drain()


def late(seconds: float) -> Spoiler:
    """The right answer, so many seconds later."""

    async def spoil(answer: Response, writer: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(seconds)
        await write(answer, writer)
        return True

    return spoil


async def reset(answer: Response, writer: asyncio.StreamWriter) -> bool:
    """The headers, then a reset connection."""
    writer.write(_head(answer, len(answer.body)))
    await writer.drain()
    await asyncio.sleep(_HEADERS_ARRIVE)
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    return False


async def truncate(answer: Response, writer: asyncio.StreamWriter) -> bool:
    """The headers of the whole body, and half of it."""
    writer.write(_head(answer, len(answer.body)) + answer.body[: len(answer.body) // 2])
    await writer.drain()
    return False


def altered(change: Callable[[Response], Response]) -> Spoiler:
    """A well-formed answer of another content."""

    async def spoil(answer: Response, writer: asyncio.StreamWriter) -> bool:
        await write(change(answer), writer)
        return True

    return spoil


def unwell(answer: Response) -> Response:
    return replace(answer, status=500, body=b"")


def html(answer: Response) -> Response:
    """Status 200 and a page, as a proxy or a server that starts up gives it."""
    return replace(answer, status=200, headers={"content-type": "text/html"}, body=_HTML)


def empty(answer: Response) -> Response:
    return replace(answer, status=200, body=b"")


def not_numbers(answer: Response) -> Response:
    """Status 200, and NaN for every number; for the label of every row where there is no number."""
    body = answer.body
    if not _is_text(answer):
        half = len(body) // 2
        return replace(answer, status=200, body=body[:half] + b"\xff" * (len(body) - half))
    spoilt = _NUMBER.sub(b"NaN", body)
    return replace(answer, status=200, body=spoilt if spoilt != body else _LABEL.sub(b"NaN", body))


def fewer_rows(answer: Response) -> Response:
    """Status 200, and all rows but the last."""
    body = answer.body
    if _is_json(answer):
        return replace(answer, status=200, body=json.dumps(_shorter(json.loads(body))).encode())
    if not _is_text(answer):
        return replace(answer, status=200, body=body[:-8])
    return replace(answer, status=200, body=b"".join(body.splitlines(keepends=True)[:-1]))


def _shorter(value: Any) -> Any:
    """The first list that is found loses its last item."""
    if isinstance(value, list):
        return value[:-1]
    if isinstance(value, dict):
        return {key: _shorter(each) for key, each in value.items()}
    return value


def _is_json(answer: Response) -> bool:
    return answer.headers.get("content-type", "").startswith("application/json")


def _is_text(answer: Response) -> bool:
    return _is_json(answer) or answer.headers.get("content-type", "").startswith("text/")


def _head(answer: Response, length: int) -> bytes:
    headers = {name: value for name, value in answer.headers.items() if name not in _OF_THE_CONNECTION}
    lines = [f"HTTP/1.1 {answer.status} -", f"content-length: {length}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


_OF_THE_CONNECTION = frozenset({"content-length", "transfer-encoding", "connection"})
