"""The schemas of CloudFormation's resource types, from the files that cfn-lint carries.

The files are read, not imported: importing cfn-lint costs 2 s, and it prefers a newer copy in the user's
cache, so that two machines with one lock could disagree.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

from assembly.errors import SlipwayError

# The members on the way to a property; a list's are positions in brackets, or in a schema asterisks.
PropertyPath = tuple[str, ...]
_SCALARS = frozenset({"boolean", "integer", "number", "string"})


@cache
def document(resource_type: str) -> Mapping[str, Any] | None:
    """The schema of a type; None for a type without one, such as a custom resource."""
    digest = _digests().get(resource_type)
    if digest is None:
        return None
    found: Mapping[str, Any] = json.loads((_folder() / "resources" / f"{digest}.json").read_text())
    return found


@dataclass(frozen=True)
class Schema:
    """The properties that only creation can set, and those that name the resource; each as a path. `document`
    is the schema itself."""

    create_only: tuple[PropertyPath, ...]
    perhaps_create_only: tuple[PropertyPath, ...]
    identifier: tuple[PropertyPath, ...]
    read_only: tuple[PropertyPath, ...]
    document: Mapping[str, Any] = field(compare=False, repr=False)

    @classmethod
    def of(cls, resource_type: str) -> Self | None:
        """The schema of a type; None for a type without one."""
        found = document(resource_type)
        if found is None:
            return None
        create_only, perhaps, identifier, read_only = (
            _pointers(found.get(key) or [])
            for key in (
                "createOnlyProperties",
                "conditionalCreateOnlyProperties",
                "primaryIdentifier",
                "readOnlyProperties",
            )
        )
        return cls(create_only, perhaps, identifier, read_only, found)

    def only_created(self, path: PropertyPath) -> bool:
        """Whether that path below Properties lies in what only creation can set."""
        return any(matches(pointer, path) and len(pointer) <= len(path) for pointer in self.create_only)

    def is_scalar(self, path: PropertyPath) -> bool:
        """Whether the value there is a string, a number or a boolean, in whichever variant."""
        found = list(_below(self.document, self.document, path))
        return bool(found) and all(_types(one) & _SCALARS for one in found)


def matches(pointer: PropertyPath, path: PropertyPath) -> bool:
    """Whether one of the two leads to the other or into it."""
    return all(expected in ("*", actual) for expected, actual in zip(pointer, path, strict=False))


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


def _pointers(pointers: Sequence[str]) -> tuple[PropertyPath, ...]:
    return tuple(tuple(pointer.removeprefix("/properties/").split("/")) for pointer in pointers)


@cache
def _folder() -> Path:
    spec = find_spec("cfnlint")
    folders = list(spec.submodule_search_locations or []) if spec else []
    schemas = Path(*folders, "data", "schemas")
    if not (schemas / "providers" / "us-east-1.json").is_file():
        raise SlipwayError(f"cfn-lint's resource schemas are not in {schemas}: install requirements-dev.txt")
    return schemas


@cache
def _digests() -> dict[str, Any]:
    # The file of the region in which every type exists; update behavior is the same in all.
    digests: dict[str, Any] = json.loads((_folder() / "providers" / "us-east-1.json").read_text())
    return digests
