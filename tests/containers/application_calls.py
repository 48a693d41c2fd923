"""Requests to the ASGI application without a server."""

import asyncio
from collections.abc import Iterable
from typing import Any

from toolkit.application import Application


async def call(
    application: Application,
    *,
    method: str = "POST",
    path: str = "/invocations",
    pieces: Iterable[bytes] = (b"",),
    headers: Iterable[tuple[bytes, bytes]] = (),
    received: asyncio.Event | None = None,
) -> tuple[int, dict[str, str], bytes]:
    """One request, its body in pieces; a `None` piece is a caller that goes away."""
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages[-1]["more_body"] = False
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if received is not None:
            await received.wait()
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": list(headers)}
    await application(scope, receive, send)
    start, body = sent
    return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, body["body"]


def run(application: Application, **request: Any) -> tuple[int, dict[str, str], bytes]:
    return asyncio.run(call(application, **request))
