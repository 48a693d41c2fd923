"""What the console reads out of a workload's OpenAPI document."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from assembly.project import PROJECT
from local.api.declaration import Api

# What only one kind of request has; whatever else has a contract is a form of its fields.
_SERIES = ("forecast", frozenset({"history", "quantiles"}))
_SENTENCES = ("translation", frozenset({"sentences", "query"}))
_TWEETS = ("emoji", frozenset({"tweets"}))
_VIEWS: Mapping[str, frozenset[str]] = dict((_SERIES, _SENTENCES, _TWEETS))
FORM = "form"


@dataclass(frozen=True)
class Contract:
    """The document of a function, and the path of the operation that takes a body."""

    document: Mapping[str, Any]
    path: str

    @classmethod
    def of(cls, api: Api, root: Path = PROJECT) -> Self | None:
        """The committed contract of an API's function; None for an API of another project."""
        method = api.scoring
        if method is None:
            return None
        module = method.function.handler.partition(".")[0]
        with suppress(OSError, ValueError):
            document = json.loads((root / "lambda" / module / "openapi.json").read_text(encoding="utf-8"))
            if method.path in document.get("paths", {}):
                return cls(document, method.path)
        return None

    @property
    def title(self) -> str:
        return str(self.document["info"]["title"])

    @property
    def summary(self) -> str:
        return str(self.document["info"].get("description", ""))

    @property
    def view(self) -> str:
        """The view that suits the request's fields."""
        fields = set(self._fields())
        return next((view for view, expected in _VIEWS.items() if expected <= fields), FORM)

    def _fields(self) -> Iterator[str]:
        """The names of what a request in JSON may have, at any depth."""
        content = self.document["paths"][self.path]["post"]["requestBody"]["content"]
        waiting, seen = [content.get("application/json", {}).get("schema", {})], set[str]()
        while waiting:
            match waiting.pop():
                case {"$ref": str(reference)}:
                    if reference not in seen:
                        seen.add(reference)
                        waiting.append(self._referred(reference))
                case dict(schema):
                    properties = schema.get("properties", {})
                    yield from properties
                    waiting += [*properties.values(), *(one for key, one in schema.items() if key in _INNER)]
                case list(several):
                    waiting += several

    def _referred(self, reference: str) -> Any:
        found: Any = self.document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        return found


_INNER = ("items", "anyOf", "oneOf", "allOf")
