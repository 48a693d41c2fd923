"""Whether a change of properties updates a resource, or makes CloudFormation replace it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from assembly.schemas import PropertyPath, Schema, matches

_ABSENT: Final = object()


@dataclass(frozen=True)
class Change:
    """`properties` are the paths that differ, `fixed` those of them that only creation can set, `perhaps`
    those where it depends on the values."""

    kind: Literal["none", "update", "replace"]
    properties: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()


def compare(resource_type: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Change:
    """What CloudFormation does to a resource with the old properties that is to have the new ones."""
    known = schema(resource_type)
    found = list(_differences(known, dict(old), dict(new), ()))
    if not found:
        return Change("none")
    fixed = _touched(known.create_only if known else (), found)
    perhaps = _touched(known.perhaps_create_only if known else (), found)
    paths = tuple(dict.fromkeys(".".join(path) for path, _, _ in found))
    return Change("replace" if fixed else "update", paths, fixed, perhaps)


@cache
def schema(resource_type: str) -> Schema | None:
    return Schema.of(resource_type)


def at(node: Any, path: PropertyPath) -> Any:
    """The value at a path, of all members of a list where it has an asterisk; None where there is none."""
    found = _at(node, path)
    return None if found is _ABSENT else found


_Difference = tuple[PropertyPath, Any, Any]


def _differences(known: Schema | None, old: Any, new: Any, path: PropertyPath) -> Iterator[_Difference]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from _differences(known, old.get(key, _ABSENT), new.get(key, _ABSENT), (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for position, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _differences(known, before, after, (*path, f"[{position}]"))
    elif (type(old), old) != (type(new), new) and not _renders_alike(known, path, old, new):
        yield path, old, new


def _renders_alike(known: Schema | None, path: PropertyPath, old: Any, new: Any) -> bool:
    """CloudFormation renders a scalar by its property's type: "true" and true, "1" and 1 are the same."""
    before, after = _rendered(old), _rendered(new)
    return before is not None and before == after and known is not None and known.is_scalar(path)


def _rendered(value: Any) -> str | None:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, bool | int | float) else None


def _touched(pointers: tuple[PropertyPath, ...], found: list[_Difference]) -> tuple[str, ...]:
    return tuple(
        ".".join(pointer)
        for pointer in pointers
        if any(
            matches(pointer, path) and _at(old, pointer[len(path) :]) != _at(new, pointer[len(path) :])
            for path, old, new in found
        )
    )


def _at(node: Any, path: PropertyPath) -> Any:
    for position, member in enumerate(path):
        if member == "*" and isinstance(node, list):
            return [_at(one, path[position + 1 :]) for one in node]
        node = node.get(member, _ABSENT) if isinstance(node, dict) else _ABSENT
    return node
