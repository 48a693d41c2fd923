"""Everything that deploying the new assembly over the old one does to one stack."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from review import permissions
from review.assembly import Assembly, Stack
from review.differences import ABSENT, Difference, Path, Side, differences, leaves, same
from review.openings import is_opening
from review.permissions import Grants, is_permission
from review.resource_changes import Fate, ResourceChange, compare
from review.resources import Resource, resources
from review.values import Content, Node, Reader, Text

# The version that every policy states; only another one would say something.
_POLICY_LANGUAGE = Text(("2012-10-17",))
_READ_APART = ("Resources", "Outputs", "Metadata")


class Standing(Enum):
    NEW = "new"
    KEPT = "kept"
    GONE = "gone"


@dataclass(frozen=True)
class OutputChange:
    """`importers` are the stacks that import the old value: until they stop, CloudFormation keeps it."""

    name: str
    old: Side
    new: Side
    importers: tuple[str, ...]


@dataclass(frozen=True)
class ContentChange:
    """`users` are the resources that use the content, each with the places in it."""

    old: Content
    new: Content
    users: Mapping[str, Sequence[Path]]


@dataclass
class StackReview:
    """`resources` leaves out those in which nothing but the wording of a policy differs; `settings` are
    differences of the stack itself and of the template outside of resources and outputs."""

    name: str
    standing: Standing
    granted: list[Grants] = field(default_factory=list)
    revoked: list[Grants] = field(default_factory=list)
    resources: list[ResourceChange] = field(default_factory=list)
    outputs: list[OutputChange] = field(default_factory=list)
    settings: list[Difference] = field(default_factory=list)
    errors_before: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        told = self.granted or self.revoked or self.resources or self.outputs or self.settings
        return bool(told) or self.standing is not Standing.KEPT

    def of(self, fate: Fate) -> list[ResourceChange]:
        return [change for change in self.resources if change.fate is fate]

    @property
    def openings(self) -> list[tuple[ResourceChange, Difference]]:
        """Each difference in what a resource reaches or what reaches it, in added and removed ones too."""
        return [
            (change, one)
            for change in self.resources
            for one in setting_differences(change)
            if is_opening(change.resource.type, one.path) and not is_permission(change.resource.type, one)
        ]

    @property
    def contents(self) -> list[ContentChange]:
        """Each content that changed, by name."""
        users: dict[tuple[Content, Content], dict[str, list[Path]]] = {}
        for change in self.resources:
            for path, old, new in changed_contents(change):
                users.setdefault((old, new), {}).setdefault(change.resource.path, []).append(path)
        found = [ContentChange(*pair, places) for pair, places in users.items()]
        return sorted(found, key=lambda one: (one.new.name, one.new.hash))


def changed_contents(change: ResourceChange) -> list[tuple[Path, Content, Content]]:
    """The contents (old, new) that a resource uses and where, policies apart."""
    return [
        (one.path, old, new)
        for one in change.contents
        if isinstance(one.old, Text) and isinstance(one.new, Text)
        for old, new in zip(one.old.contents, one.new.contents, strict=True)
        if old != new and not is_permission(change.resource.type, one)
    ]


def setting_differences(change: ResourceChange) -> list[Difference]:
    """A resource's differences; all of its settings where it is added or removed."""
    if change.old and change.new:
        return change.differences
    declared = [one for one in leaves(dict(change.resource.declared)) if one[1] != _POLICY_LANGUAGE]
    sides = [(path, (ABSENT, leaf) if change.new else (leaf, ABSENT)) for path, leaf in declared]
    return [Difference(path, *values) for path, values in sides]


def review(old: Assembly, new: Assembly) -> list[StackReview]:
    """A review of every stack of either assembly, in the order of names."""
    before = {name: resources(old, stack) for name, stack in old.stacks.items()}
    after = {name: resources(new, stack) for name, stack in new.stacks.items()}
    changes = compare(_all(before), _all(after))
    reviews = []
    for name in sorted({*before, *after}):
        granted, revoked = permissions.compare(before.get(name, []), after.get(name, []))
        own = [one for one in changes if one.resource.stack == name and not _rewords_policy(one)]
        reviews.append(
            StackReview(
                name,
                standing=_standing(name in before, name in after),
                granted=granted,
                revoked=revoked,
                resources=own,
                outputs=_outputs(old, new, name, changes),
                settings=_settings(old, new, name),
                errors_before=old.stacks[name].errors if name in before else (),
                errors=new.stacks[name].errors if name in after else (),
            )
        )
    return reviews


def _all(by_stack: Mapping[str, list[Resource]]) -> list[Resource]:
    return [resource for resources in by_stack.values() for resource in resources]


def _standing(before: bool, after: bool) -> Standing:
    if before and after:
        return Standing.KEPT
    return Standing.NEW if after else Standing.GONE


def _rewords_policy(change: ResourceChange) -> bool:
    """Whether nothing differs but how a policy says what it said before, or the hashes in it."""
    if not (change.old and change.new) or change.fate is not Fate.CHANGED:
        return False
    if change.follows or changed_contents(change):
        return False
    policy = all(is_permission(change.resource.type, one) for one in change.differences)
    return policy and not any(permissions.compare([change.old], [change.new]))


def _outputs(old: Assembly, new: Assembly, name: str, changes: list[ResourceChange]) -> list[OutputChange]:
    replaced = {(one.resource.stack, one.resource.path) for one in changes if one.fate is Fate.REPLACED}
    before, after = (_read_outputs(assembly, name) for assembly in (old, new))
    found = []
    for id in sorted({*before, *after}):
        values = before.get(id, ABSENT), after.get(id, ABSENT)
        follows = isinstance(values[1], Text) and any(
            (one.stack, one.path) in replaced for one in values[1].references
        )
        if follows or not same(*values):
            stack = (new if id in after else old).stacks[name]
            found.append(OutputChange(_output_name(stack, id, values), *values, _importers(old, name, id)))
    return found


def _read_outputs(assembly: Assembly, name: str) -> dict[str, Any]:
    stack = assembly.stacks.get(name)
    if stack is None:
        return {}
    reader = Reader(assembly, stack)
    return {id: reader.read(output["Value"]) for id, output in stack.outputs.items()}


def _output_name(stack: Stack, id: str, values: tuple[Side, Side]) -> str:
    path = stack.path(id)
    # CDK names what it exports by itself after the reference, as JSON.
    if not path.startswith("Exports/"):
        return path
    value = next(one for one in reversed(values) if one is not ABSENT)
    return f"export of {value}"


def _importers(old: Assembly, name: str, id: str) -> tuple[str, ...]:
    stack = old.stacks.get(name)
    export = stack.outputs.get(id, {}).get("Export", {}).get("Name") if stack else None
    if not isinstance(export, str):
        return ()
    imported = json.dumps({"Fn::ImportValue": export})
    return tuple(one.name for one in old.stacks.values() if imported in json.dumps(one.template))


def _settings(old: Assembly, new: Assembly, name: str) -> list[Difference]:
    if name not in old.stacks or name not in new.stacks:
        return []
    before, after = (_read_settings(assembly, assembly.stacks[name]) for assembly in (old, new))
    return list(differences(before, after))


def _read_settings(assembly: Assembly, stack: Stack) -> Node:
    reader = Reader(assembly, stack)
    sections = {key: value for key, value in stack.template.items() if key not in _READ_APART}
    # As it is: the reader shows the stack's own account as a reference, and so would hide another one.
    place = Text((f"{stack.account or 'any account'}, {stack.region}",))
    return {
        "template": reader.read(sections),
        "stack": reader.read(dict(stack.settings)),
        "environment": place,
    }
