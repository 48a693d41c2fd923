"""A request as the gateway gets it."""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

Scope = MutableMapping[str, Any]

LARGEST_BODY = 10 << 20
# Of the request line and the values of all headers.
LARGEST_HEAD = 10_240
BODY_SECONDS = 29.0


@dataclass
class Request:
    """`path` and `query` are as they were sent, percent-encoded; header names are in lower case, and
    `spellings` are as they were sent, one for each header. `port` is the gateway's own. `mount` is what came
    before the path where the gateway answers below a path of another server, else empty."""

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    source: str
    body: bytes = b""
    port: int = 80
    spellings: Sequence[str] = ()
    mount: str = ""

    @classmethod
    def from_scope(cls, scope: Scope) -> "Request":
        """The request of an ASGI scope, its body not read yet."""
        mount = scope.get("root_path", "")
        return cls(
            method=scope["method"],
            path=scope["raw_path"].decode("latin-1").removeprefix(mount),
            query=scope["query_string"].decode("latin-1"),
            headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
            source=scope["client"][0],
            port=scope["server"][1],
            spellings=[name.decode("latin-1") for name in scope["header_names"]],
            mount=mount,
        )

    def spelling(self, name: str) -> str:
        """A header's name as its caller wrote it first."""
        return next((one for one in self.spellings if one.lower() == name), name)

    @cached_property
    def all_headers(self) -> Mapping[str, list[str]]:
        """Every value of each header, in the order in which they were sent."""
        return _grouped(self.headers)

    @cached_property
    def parameters(self) -> Mapping[str, list[str]]:
        """Every value of each query parameter, decoded."""
        return _grouped(parse_qsl(self.query, keep_blank_values=True))

    def header(self, name: str) -> str | None:
        """The last value of a header, or None."""
        return self.all_headers[name][-1] if name in self.all_headers else None

    @property
    def media_type(self) -> str:
        """Content-Type without parameters; API Gateway takes a body without one for JSON."""
        return (self.header("content-type") or "application/json").partition(";")[0].strip().lower()


def _grouped(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped
