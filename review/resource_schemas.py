"""How CloudFormation updates each resource type, from the schemas that cfn-lint carries.

The files are read, not imported: importing cfn-lint costs 2 s, and it prefers a newer copy in the user's
cache, so that two machines with one lock could disagree.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from review.differences import ABSENT, Side, same
from review.differences import Path as PropertyPath
from review.errors import ReviewError
from review.values import Node


@dataclass(frozen=True)
class ResourceSchema:
    """The properties that only creation can set, and those that name the resource; each as a path."""

    create_only: tuple[PropertyPath, ...]
    perhaps_create_only: tuple[PropertyPath, ...]
    identifier: tuple[PropertyPath, ...]
    read_only: tuple[PropertyPath, ...]

    def only_created(self, path: PropertyPath) -> bool:
        """Whether that path below Properties lies in what only creation can set."""
        return any(_matches(pointer, path) and len(pointer) <= len(path) for pointer in self.create_only)

    def replaces(self, path: PropertyPath, old: Side, new: Side) -> bool:
        """Whether a difference at that path makes CloudFormation create the resource anew."""
        return any(_touches(pointer, path, old, new) for pointer in self.create_only)

    def may_replace(self, path: PropertyPath, old: Side, new: Side) -> bool:
        """As `replaces`, where it depends on the values."""
        return any(_touches(pointer, path, old, new) for pointer in self.perhaps_create_only)


@cache
def schema(resource_type: str) -> ResourceSchema | None:
    """None for a type without a schema, such as a custom resource, whose own handler decides."""
    digest = _digests().get(resource_type)
    if digest is None:
        return None
    document = json.loads((_folder() / "resources" / f"{digest}.json").read_text())
    return ResourceSchema(
        *(
            _pointers(document.get(key, []))
            for key in (
                "createOnlyProperties",
                "conditionalCreateOnlyProperties",
                "primaryIdentifier",
                "readOnlyProperties",
            )
        )
    )


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


@cache
def _folder() -> Path:
    spec = find_spec("cfnlint")
    folders = list(spec.submodule_search_locations or []) if spec else []
    schemas = Path(*folders, "data", "schemas")
    if not (schemas / "providers" / "us-east-1.json").is_file():
        raise ReviewError(f"cfn-lint's resource schemas are not in {schemas}: install requirements-dev.txt")
    return schemas


@cache
def _digests() -> dict[str, Any]:
    # The file of the region in which every type exists; update behaviour is the same in all.
    digests: dict[str, Any] = json.loads((_folder() / "providers" / "us-east-1.json").read_text())
    return digests
