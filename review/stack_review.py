"""Everything that deploying the new assembly over the old one does to each stack."""

import json
from collections.abc import Mapping
from typing import Any

from review import permissions
from review.assembly import NESTED_STACK, Assembly, Stack
from review.comparison import Comparison
from review.differences import ABSENT, Difference, Side, differences, same
from review.overwritten import overwritten
from review.permissions import is_permission
from review.resource_changes import Fate, ResourceChange, compare
from review.resources import Resource, resources
from review.stack_changes import OutputChange, StackReview, Standing, changed_contents
from review.taken_names import taken_names
from review.template_faults import faults
from review.values import Node, Reader, Text

_READ_APART = ("Resources", "Outputs", "Metadata")


def review(old: Assembly, new: Assembly) -> list[StackReview]:
    """A review of every stack of either assembly, in the order of names."""
    before = {name: resources(old, stack) for name, stack in old.stacks.items()}
    after = {name: resources(new, stack) for name, stack in new.stacks.items()}
    for one_sided in (_unread(before, after), _unread(after, before)):
        for name in one_sided:
            before.pop(name, None)
            after.pop(name, None)
    changes = compare(_all(before), _all(after))
    compared = Comparison(old, new, _all(before), _all(after), changes)
    taken, undone = taken_names(compared), list(overwritten(compared))
    reviews = []
    for name in sorted({*before, *after}):
        granted, revoked = permissions.compare(before.get(name, []), after.get(name, []))
        own = [one for one in changes if one.resource.stack == name and not _rewords_policy(one)]
        reviews.append(
            StackReview(
                name,
                standing=_standing(name, old, new),
                granted=granted,
                revoked=revoked,
                resources=own,
                outputs=_outputs(old, new, name, changes),
                settings=_settings(old, new, name),
                taken=[one for one in taken if one.change.resource.stack == name],
                overwritten=[one for one in undone if one.change.resource.stack == name],
                missing=_missing(new.stacks[name]) if name in after else (),
                faults=faults(new.stacks[name], old.stacks.get(name)) if name in after else (),
                errors_before=old.stacks[name].errors if name in before else (),
                errors=new.stacks[name].errors if name in after else (),
            )
        )
    return reviews


def _all(by_stack: Mapping[str, list[Resource]]) -> list[Resource]:
    return [resource for resources in by_stack.values() for resource in resources]


def _unread(read: Mapping[str, list[Resource]], other: Mapping[str, list[Resource]]) -> list[str]:
    """Nested stacks of one side, with all in them, that the other side has and cannot read."""
    unread = {f"{one.stack}/{one.path}" for one in _all(other) if one.type == NESTED_STACK and not one.nested}
    return [name for name in read if any(f"{name}/".startswith(f"{one}/") for one in unread)]


def _missing(stack: Stack) -> tuple[str, ...]:
    if stack.parent:  # the contents of a nested stack are in its parent's assets
        return ()
    return tuple(sorted({asset.name for asset in stack.assets.values() if not asset.path.exists()}))


def _standing(name: str, old: Assembly, new: Assembly) -> Standing:
    if name in new.stacks:
        return Standing.KEPT if name in old.stacks else Standing.NEW
    stack = old.stacks[name]
    if stack.parent is None:
        return Standing.GONE
    # Deploying the parent removes it with all that it declares, unless the parent's template retains it.
    declared = old.stacks[stack.parent]
    policies = [
        declared.resources[id].get("DeletionPolicy") for id, one in declared.nested.items() if one == name
    ]
    return Standing.GONE if policies == ["Retain"] else _standing(stack.parent, old, new)


def _rewords_policy(change: ResourceChange) -> bool:
    """Whether nothing differs but how a policy says what it said before, or the hashes in it."""
    if not (change.old and change.new) or change.fate is not Fate.CHANGED:
        return False
    if change.follows or changed_contents(change):
        return False
    policy = all(is_permission(change.resource.type, one) for one in change.differences)
    return policy and not any(permissions.compare([change.old], [change.new]))


def _outputs(old: Assembly, new: Assembly, name: str, changes: list[ResourceChange]) -> list[OutputChange]:
    replaced = {one.resource.place for one in changes if one.fate is Fate.REPLACED}
    before, after = (_read_outputs(assembly, name) for assembly in (old, new))
    exports, still = (_read_exports(assembly, name) for assembly in (old, new))
    found = []
    for id in sorted({*before, *after}):
        values = before.get(id, ABSENT), after.get(id, ABSENT)
        follows = isinstance(values[1], Text) and any(
            (one.stack, one.path) in replaced for one in values[1].references
        )
        stack = (new if id in after else old).stacks[name]
        label = _output_name(stack, id, values)
        export = _export(old, name, id)
        kept = export in still and not follows and same(exports[export], still[export]) if export else True
        imported = _Imports(old, new, name, None if kept else export)
        if follows or not same(*values):
            found.append(OutputChange(label, *values, imported.kept, imported.dropped))
        elif export != (renamed := _export(new, name, id)):
            before_name, after_name = (Text((one,)) if one else ABSENT for one in (export, renamed))
            label = f"export name of {label}"
            found.append(OutputChange(label, before_name, after_name, imported.kept, imported.dropped))
    return found


def _read_outputs(assembly: Assembly, name: str) -> dict[str, Any]:
    stack = assembly.stacks.get(name)
    if stack is None:
        return {}
    reader = Reader(assembly, stack)
    return {id: reader.read(output["Value"]) for id, output in stack.outputs.items()}


def _read_exports(assembly: Assembly, name: str) -> dict[str, Any]:
    values = _read_outputs(assembly, name)
    return {export: value for id, value in values.items() if (export := _export(assembly, name, id))}


def _output_name(stack: Stack, id: str, values: tuple[Side, Side]) -> str:
    path = stack.path(id)
    # CDK names what it exports by itself after the reference, as JSON.
    if not path.startswith("Exports/"):
        return path
    value = next(one for one in reversed(values) if one is not ABSENT)
    return f"export of {value}"


def _export(assembly: Assembly, name: str, id: str) -> str | None:
    """The name under which an output of the stack is exported; a function as the template has it."""
    stack = assembly.stacks.get(name)
    export = stack.outputs.get(id, {}).get("Export", {}).get("Name") if stack else None
    return export if export is None or isinstance(export, str) else json.dumps(export, sort_keys=True)


class _Imports:
    """Who imports an export that changes: those who go on with it, and those who stop, not surely first."""

    def __init__(self, old: Assembly, new: Assembly, name: str, export: str | None) -> None:
        before, after = (self._importers(assembly, export) for assembly in (old, new))
        self.kept = tuple(one for one in before if one in after or one not in new.stacks)
        self.dropped = tuple(
            one for one in before if one not in self.kept and not new.deploys_first(one, name)
        )

    @staticmethod
    def _importers(assembly: Assembly, export: str | None) -> list[str]:
        if export is None:
            return []
        imported = json.dumps({"Fn::ImportValue": export})
        return [one.name for one in assembly.stacks.values() if imported in json.dumps(one.template)]


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
