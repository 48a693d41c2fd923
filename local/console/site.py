"""The console as an ASGI application: the page, its data, and the APIs below one origin."""

import asyncio
import json
import traceback
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from assembly.project import PROJECT
from local.api.request import Request, Scope
from local.console.data import Data
from local.http.bodies import Receive

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

PAGE = PROJECT / "web"
API = "/api"
_INDEX = "index.html"
_JSON = "application/json"
# Those of this list that the page itself is made of; headers.json and lists of sources stay here.
SUFFIXES = (".css", ".html", ".js", ".svg", ".txt")


def is_there(folder: Path = PAGE) -> bool:
    return (folder / _INDEX).is_file()


class Site:
    """Answers for the page in a folder. `apis` are the applications of APIs, by their workload: each answers
    below `/api/<workload>`."""

    def __init__(self, data: Data, apis: Mapping[str, Application], folder: Path = PAGE) -> None:
        self._data, self._apis, self._folder = data, apis, folder.resolve()
        self._headers: Mapping[str, str] = json.loads((folder / "headers.json").read_text(encoding="utf-8"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request.from_scope(scope)
        prefix, _, _ = request.path.removeprefix(f"{API}/").partition("/")
        if request.path.startswith(f"{API}/") and prefix in self._apis:
            await self._apis[prefix]({**scope, "root_path": f"{API}/{prefix}"}, receive, send)
        elif not self._is_for_us(request):
            await self._send(send, 403, "text/plain", b"expected a request for 127.0.0.1 or localhost\n")
        elif request.method not in ("GET", "HEAD"):
            await self._send(send, 405, "text/plain", b"expected GET or HEAD\n")
        else:
            status, media_type, body = await self._answer(request.path.removeprefix("/"))
            await self._send(send, status, media_type, body, with_body=request.method == "GET")

    def _is_for_us(self, request: Request) -> bool:
        """Whether the request names this machine: another site's name that leads here could read the data."""
        host = (request.header("host") or "").rpartition(":")[0] or request.header("host")
        return host in ("127.0.0.1", "localhost")

    async def _answer(self, path: str) -> tuple[int, str, bytes]:
        try:
            found = await asyncio.to_thread(self._data.read, path)
        except Exception:
            traceback.print_exc()
            return 500, "text/plain", b"the runner failed; its own log says where\n"
        if found is not None:
            return 200, _JSON, json.dumps(found).encode()
        file = (self._folder / (path or _INDEX)).resolve()
        if file.is_relative_to(self._folder) and file.suffix in SUFFIXES and file.is_file():
            return 200, guess_type(file.name)[0] or "application/octet-stream", file.read_bytes()
        return 404, "text/plain", b"not found\n"

    async def _send(
        self, send: Send, status: int, media_type: str, body: bytes, *, with_body: bool = True
    ) -> None:
        text = media_type.startswith(("text/", "application/j"))
        headers = {
            **self._headers,
            "Content-Type": f"{media_type}; charset=utf-8" if text else media_type,
            "Content-Length": str(len(body)),
            # What is shown is what is there now.
            "Cache-Control": "no-store",
        }
        pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": body if with_body else b""})
