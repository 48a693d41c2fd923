"""How CloudFormation updates each resource type, from the types' schemas."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from assembly import schemas
from review.differences import ABSENT, Side, same
from review.differences import Path as PropertyPath
from review.values import Node, Text

_SCALARS = frozenset({"boolean", "integer", "number", "string"})


@dataclass(frozen=True)
class ResourceSchema:
    """The properties that only creation can set, and those that name the resource; each as a path. `document`
    is the schema itself."""

    create_only: tuple[PropertyPath, ...]
    perhaps_create_only: tuple[PropertyPath, ...]
    identifier: tuple[PropertyPath, ...]
    read_only: tuple[PropertyPath, ...]
    document: Mapping[str, Any] = field(compare=False, repr=False)

    def renders_alike(self, path: PropertyPath, old: Side, new: Side) -> bool:
        """Whether both values are one to CloudFormation, which renders a scalar by its property's type:
        `"true"` and true, `"1"` and 1, but never true and 1, and nothing within a string or free JSON."""
        before, after = _rendered(old), _rendered(new)
        return before is not None and before == after and self._is_scalar(path)

    def _is_scalar(self, path: PropertyPath) -> bool:
        found = list(_below(self.document, self.document, path))
        return bool(found) and all(_types(one) & _SCALARS for one in found)

    def only_created(self, path: PropertyPath) -> bool:
        """Whether that path below Properties lies in what only creation can set."""
        return any(_matches(pointer, path) and len(pointer) <= len(path) for pointer in self.create_only)

    def replaces(self, path: PropertyPath, old: Side, new: Side) -> bool:
        """Whether a difference at that path makes CloudFormation replace the resource."""
        return any(_touches(pointer, path, old, new) for pointer in self.create_only)

    def may_replace(self, path: PropertyPath, old: Side, new: Side) -> bool:
        """As `replaces`, where it depends on the values."""
        return any(_touches(pointer, path, old, new) for pointer in self.perhaps_create_only)


@cache
def schema(resource_type: str) -> ResourceSchema | None:
    """None for a type without a schema, such as a custom resource, whose own handler decides."""
    document = schemas.document(resource_type)
    if document is None:
        return None
    create_only, perhaps, identifier, read_only = (
        _pointers(document.get(key, []))
        for key in (
            "createOnlyProperties",
            "conditionalCreateOnlyProperties",
            "primaryIdentifier",
            "readOnlyProperties",
        )
    )
    return ResourceSchema(create_only, perhaps, identifier, read_only, document)


def _below(
    node: Mapping[str, Any], document: Mapping[str, Any], path: PropertyPath
) -> Iterator[Mapping[str, Any]]:
    """What the schema says of the path, in each of its variants."""
    if reference := node.get("$ref"):
        target: Any = document
        for member in reference.removeprefix("#/").split("/"):
            target = target.get(member, {})
        yield from _below(target, document, path)
        return
    for variants in ("oneOf", "anyOf", "allOf"):
        for variant in node.get(variants, []):
            if "$ref" in variant or "type" in variant or "properties" in variant:
                yield from _below(variant, document, path)
    if not path:
        yield from [node] if "type" in node else []
        return
    if path[0].startswith("["):
        members = [node.get("items")]
    else:
        members = [node.get("properties", {}).get(path[0]), *node.get("patternProperties", {}).values()]
    for member in members:
        if isinstance(member, dict):
            yield from _below(member, document, path[1:])


def _types(node: Mapping[str, Any]) -> set[str]:
    types = node["type"]
    return {types} if isinstance(types, str) else set(types)


def _rendered(side: Side) -> str | None:
    """A scalar as CloudFormation writes it; None for what is none, or is known only after deployment."""
    if isinstance(side, Text):
        return str(side) if all(isinstance(part, str) for part in side.parts) else None
    if isinstance(side, float) and side.is_integer():
        return str(int(side))
    return json.dumps(side) if isinstance(side, bool | int | float) else None


def _pointers(pointers: Sequence[str]) -> tuple[PropertyPath, ...]:
    return tuple(tuple(pointer.removeprefix("/properties/").split("/")) for pointer in pointers)


def _matches(pointer: PropertyPath, path: PropertyPath) -> bool:
    return all(expected in ("*", actual) for expected, actual in zip(pointer, path, strict=False))


def _touches(pointer: PropertyPath, path: PropertyPath, old: Side, new: Side) -> bool:
    rest = pointer[len(path) :]
    return _matches(pointer, path) and not same(_at(old, rest), _at(new, rest))


def _at(node: Side, pointer: PropertyPath) -> Side:
    for position, member in enumerate(pointer):
        if member == "*" and isinstance(node, list):
            found: list[Node] = []
            for one in node:
                value = _at(one, pointer[position + 1 :])
                found += [] if value is ABSENT else [value]
            return found or ABSENT
        node = node.get(member, ABSENT) if isinstance(node, dict) else ABSENT
    return node
