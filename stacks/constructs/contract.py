"""What an API has, read from the OpenAPI document of its Lambda function."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

# Under the JSON content of a request body: what the gateway checks of it, in JSON Schema draft 4.
_GATEWAY_MODEL = "x-slipway-gateway-model"


@dataclass(frozen=True)
class Route:
    """A method on a path, with the gateway's model of its JSON body if it takes one."""

    path: str
    method: str
    is_public: bool
    model: Mapping[str, Any] | None


@dataclass(frozen=True)
class Contract:
    """An API's name for people, its routes in the document's order, and a row of CSV that it accepts."""

    title: str
    routes: Sequence[Route]
    example: str

    @classmethod
    def read(cls, path: Path) -> Self:
        """The contract in an `openapi.json`; raises ValueError for an operation that takes JSON without
        saying what the gateway checks of it."""
        document = json.loads(path.read_text())
        routes = [
            _route(name, method, operation)
            for name, operations in document["paths"].items()
            for method, operation in operations.items()
        ]
        return cls(document["info"]["title"], routes, _example(document))


def _example(document: Mapping[str, Any]) -> str:
    """The example of the first operation that takes CSV, or no text."""
    for operations in document["paths"].values():
        for operation in operations.values():
            content = operation.get("requestBody", {}).get("content", {})
            if "text/csv" in content:
                return str(content["text/csv"]["example"]).strip()
    return ""


def _route(path: str, method: str, operation: Mapping[str, Any]) -> Route:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is not None and _GATEWAY_MODEL not in content:
        raise ValueError(f"{method.upper()} {path} takes JSON, but its content has no {_GATEWAY_MODEL}")
    model = content[_GATEWAY_MODEL] if content else None
    return Route(path, method.upper(), operation.get("security") == [], model)
