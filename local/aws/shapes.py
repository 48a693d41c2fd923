"""Values against the shapes of a service's model: what is wrong with them, and their form in JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.aws.patterns import compiled

KINDS: Mapping[str, Any] = {
    "structure": (Mapping,),
    "map": (Mapping,),
    "list": (list, tuple),
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (int, float),
}


@dataclass(frozen=True)
class Member:
    """A step of a path: a structure's member."""

    name: str


@dataclass(frozen=True)
class Element:
    """A step of a path: a list's element, counted from 0."""

    position: int


@dataclass(frozen=True)
class MapValue:
    """A step of a path: the value that a map has for a key."""

    key: str


@dataclass(frozen=True)
class MapKey:
    """The last step of a path: a key of a map."""

    key: str


Path = tuple[Member | Element | MapValue | MapKey, ...]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a value: `rule` is type, unknown, missing, enum, pattern, max or min."""

    rule: str
    path: Path
    value: Any
    shape: Any

    @property
    def limit(self) -> Any:
        """What the rule asks for, where it is one of the shape's limits."""
        return self.shape.enum if self.rule == "enum" else self.shape.metadata[self.rule]

    @property
    def measured(self) -> Any:
        """The number that `max` and `min` limit: a length or the value itself."""
        return len(self.value) if self.of_length else self.value

    @property
    def of_length(self) -> bool:
        return self.shape.type_name in ("list", "map", "string")


def faults(shape: Any, value: Any, path: Path = ()) -> Iterator[Fault]:
    """The faults of a value, in the order of the shape's members; below a wrong type there are no others."""
    kind, limits = shape.type_name, shape.metadata
    accepted: Any = KINDS.get(kind, (object,))
    if not isinstance(value, accepted) or (isinstance(value, bool) and bool not in accepted):
        yield Fault("type", path, value, shape)
        return
    if kind == "structure":
        yield from _faults_of_members(shape, value, path)
        return
    if kind == "list":
        for position, one in enumerate(value):
            yield from faults(shape.member, one, (*path, Element(position)))
    elif kind == "map":
        for key, one in value.items():
            yield from faults(shape.key, key, (*path, MapKey(key)))
            yield from faults(shape.value, one, (*path, MapValue(key)))
    elif kind == "string":
        if shape.enum and value not in shape.enum:
            yield Fault("enum", path, value, shape)
        elif "pattern" in limits and not compiled(limits["pattern"]).fullmatch(value):
            yield Fault("pattern", path, value, shape)
    if kind not in ("boolean", "timestamp"):
        yield from _faults_of_size(shape, value, path)


def _faults_of_members(shape: Any, value: Mapping[str, Any], path: Path) -> Iterator[Fault]:
    for key in value:
        if key not in shape.members:
            yield Fault("unknown", (*path, Member(key)), value[key], shape)
    for key in shape.required_members:
        if key not in value:
            yield Fault("missing", (*path, Member(key)), None, shape)
    for key, member in shape.members.items():
        if key in value:
            yield from faults(member, value[key], (*path, Member(key)))


def _faults_of_size(shape: Any, value: Any, path: Path) -> Iterator[Fault]:
    limits = shape.metadata
    measured = len(value) if shape.type_name in ("list", "map", "string") else value
    if "max" in limits and measured > limits["max"]:
        yield Fault("max", path, value, shape)
    if "min" in limits and measured < limits["min"]:
        yield Fault("min", path, value, shape)


def without_nulls(value: Any) -> Any:
    """What was parsed from JSON, without members that are null: AWS takes these for missing."""
    if isinstance(value, dict):
        return {key: without_nulls(one) for key, one in value.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


def in_json(shape: Any, value: Any) -> Any:
    """A value as the shape's protocol writes it; times are seconds since 1970.

    Members that are None are left out. Raises KeyError for a member that the shape does not have.
    """
    kind = shape.type_name
    if kind == "structure":
        return {key: in_json(shape.members[key], one) for key, one in value.items() if one is not None}
    if kind == "list":
        return [in_json(shape.member, one) for one in value]
    if kind == "map":
        return {key: in_json(shape.value, one) for key, one in value.items()}
    return value.timestamp() if isinstance(value, datetime) else value


def members_of(shape: Any, value: Mapping[str, Any]) -> dict[str, Any]:
    """Those members of a value that the shape has, in its structures, too: a request's, for an answer."""
    return {key: _restricted(shape.members[key], one) for key, one in value.items() if key in shape.members}


def _restricted(shape: Any, value: Any) -> Any:
    if shape.type_name == "structure":
        return members_of(shape, value)
    if shape.type_name == "list":
        return [_restricted(shape.member, one) for one in value]
    return value
