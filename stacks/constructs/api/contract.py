"""What an API has, read from the OpenAPI document of its Lambda function."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from aws_cdk import CfnOutput
from constructs import Construct

_LONGEST_OUTPUT = 1024
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
class Example:
    """A request's body, and its media type."""

    text: str
    media_type: str = "text/csv"

    def export(self, scope: Construct, name: str, export_name: str) -> None:
        """Export the example, with its media type if it is not CSV; CloudFormation takes 1024 characters.

        Raises ValueError for a longer example.
        """
        if len(self.text) > _LONGEST_OUTPUT:
            raise ValueError(f"the example of {export_name} has {len(self.text)} characters")
        CfnOutput(scope, name, value=self.text, export_name=export_name)
        if self.media_type != "text/csv":
            CfnOutput(scope, f"{name}Type", value=self.media_type, export_name=f"{export_name}-type")


@dataclass(frozen=True)
class Contract:
    """An API's name for people, its routes in the document's order, and a request that it accepts."""

    title: str
    routes: Sequence[Route]
    example: Example

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


def _example(document: Mapping[str, Any]) -> Example:
    """The example of the first operation that has one: of JSON, or else of CSV."""
    for operations in document["paths"].values():
        for operation in operations.values():
            content = operation.get("requestBody", {}).get("content", {})
            if "example" in content.get("application/json", {}):
                text = json.dumps(content["application/json"]["example"], separators=(",", ":"))
                return Example(text, "application/json")
            if "text/csv" in content:
                return Example(str(content["text/csv"]["example"]).strip())
    return Example("")


def _route(path: str, method: str, operation: Mapping[str, Any]) -> Route:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is not None and _GATEWAY_MODEL not in content:
        raise ValueError(f"{method.upper()} {path} takes JSON, but its content has no {_GATEWAY_MODEL}")
    model = content[_GATEWAY_MODEL] if content else None
    return Route(path, method.upper(), operation.get("security") == [], model)
