"""Where two values differ: one difference for each innermost place, list members matched by their names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from review.values import Node, Text


class Absent(Enum):
    """Stands for a value that one side does not have."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT

# Stand in a path for a member of a list without names, of which only one side has it.
ADDED = "[+]"
REMOVED = "[-]"

type Side = Node | Absent
type Path = tuple[str, ...]

# What names a member of a list in CloudFormation and in a pipeline's definition, the first that all have.
_NAMES = (
    "Name",
    "Key",
    "ContainerHostname",
    "VariantName",
    "InputName",
    "OutputName",
    "ChannelName",
    "PropertyName",
    "Id",
    "Sid",
)


@dataclass(frozen=True)
class Difference:
    """A member of a path is a property's name, `[name]` of a named list member, `[index]`, or
    `[order]`."""

    path: Path
    old: Side
    new: Side


def differences(old: Side, new: Side, path: Path = ()) -> Iterator[Difference]:
    """Every place where `new` says something else, in the order of names; none where both are equal."""
    if same(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from differences(old.get(key, ABSENT), new.get(key, ABSENT), (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _in_lists(old, new, path)
    else:
        yield Difference(path, old, new)


def leaves(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Each scalar, empty list and empty mapping below the node with its path."""
    return ((path, one) for path, one in nodes(node, path) if not (isinstance(one, dict | list) and one))


def nodes(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """The node and everything below it with its path."""
    yield path, node
    members: Mapping[str, Node] = {}
    if isinstance(node, dict):
        members = node
    elif isinstance(node, list):
        named = next((found for key in _NAMES if (found := _by(key, node)) is not None), None)
        listed = named or {str(index): member for index, member in enumerate(node)}
        members = {f"[{name}]": member for name, member in listed.items()}
    for name, member in members.items():
        yield from nodes(member, (*path, name))


def same(old: Side, new: Side) -> bool:
    """Whether both are equal; unlike ==, true is not 1."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(same(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(same, old, new))
    return type(old) is type(new) and old == new


def _in_lists(old: list[Node], new: list[Node], path: Path) -> Iterator[Difference]:
    if (named := _named(old, new)) is not None:
        yield from _in_named(*named, path)
    elif len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from differences(before, after, (*path, f"[{index}]"))
    else:
        for member in _without(old, new):
            yield Difference((*path, REMOVED), member, ABSENT)
        for member in _without(new, old):
            yield Difference((*path, ADDED), ABSENT, member)


def _in_named(old: dict[str, Node], new: dict[str, Node], path: Path) -> Iterator[Difference]:
    for name in sorted({*old, *new}):
        yield from differences(old.get(name, ABSENT), new.get(name, ABSENT), (*path, f"[{name}]"))
    before = [name for name in old if name in new]
    after = [name for name in new if name in old]
    if before != after:
        yield Difference((*path, "[order]"), Text((", ".join(before),)), Text((", ".join(after),)))


def _named(old: list[Node], new: list[Node]) -> tuple[dict[str, Node], dict[str, Node]] | None:
    for key in _NAMES:
        sides = [_by(key, members) for members in (old, new)]
        if sides[0] is not None and sides[1] is not None:
            return sides[0], sides[1]
    return None


def _by(key: str, members: list[Node]) -> dict[str, Node] | None:
    named: dict[str, Node] = {}
    for member in members:
        name = member.get(key) if isinstance(member, dict) else None
        if not isinstance(name, Text) or str(name) in named:
            return None
        named[str(name)] = member
    return named


def _without(members: list[Node], others: list[Node]) -> list[Node]:
    """The members that the others lack, each as often as it is missing."""
    left = list(others)
    missing = []
    for member in members:
        match = next((index for index, other in enumerate(left) if same(member, other)), None)
        if match is None:
            missing.append(member)
        else:
            del left[match]
    return missing
