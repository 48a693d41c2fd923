"""What happens to each resource: added, changed in place, replaced or removed, and why."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from review.differences import Difference, Path, Side, differences, leaves
from review.resource_schemas import schema
from review.resources import Resource
from review.values import Node, Text


class Fate(Enum):
    ADDED = "added"
    CHANGED = "changed in place"
    REPLACED = "replaced"
    REMOVED = "removed"


@dataclass
class ResourceChange:
    """`resource` is the new declaration where there is one. `differences` are below it; in `contents` only
    the hash of a content differs; `follows` are places whose value changes only because a replaced resource
    stands behind it, with the reference to that."""

    resource: Resource
    old: Resource | None
    new: Resource | None
    differences: list[Difference] = field(default_factory=list)
    contents: list[Difference] = field(default_factory=list)
    follows: dict[Path, str] = field(default_factory=dict)
    replaced: bool = False
    may_be_replaced: bool = False

    @property
    def renamed(self) -> bool:
        """Whether CDK gave it another logical id, by which CloudFormation makes a new one."""
        return self.old is not None and self.old.logical_id != self.resource.logical_id

    @property
    def fate(self) -> Fate | None:
        """None where deploying does nothing to it."""
        if self.old is None:
            return Fate.ADDED
        if self.new is None:
            return Fate.REMOVED
        if self.replaced:
            return Fate.REPLACED
        return Fate.CHANGED if self.differences or self.contents or self.follows else None

    @property
    def old_is(self) -> str:
        """What becomes of the physical resource that is removed or replaced."""
        if self.old and (self.new is None or self.renamed):
            policy = self.old.policy("DeletionPolicy")
        else:
            policy = self.resource.policy("UpdateReplacePolicy")
        return {"Delete": "deleted", "Snapshot": "deleted after a snapshot"}.get(policy, "retained")


def compare(old: Iterable[Resource], new: Iterable[Resource]) -> list[ResourceChange]:
    """What happens to each resource of all stacks together, in the order of stacks and paths.

    A replacement travels: what refers to a replaced resource from a property that only creation can set is
    replaced too, and what refers to it from elsewhere changes in place.
    """
    changes = list(_pairs(list(old), list(new)))
    for change in changes:
        _compare(change)
    _spread(changes)
    return sorted(
        (change for change in changes if change.fate),
        key=lambda change: change.resource.place,
    )


def _pairs(old: list[Resource], new: list[Resource]) -> Iterator[ResourceChange]:
    by_id = {(one.stack, one.logical_id, one.type): one for one in old}
    pairs = [(by_id.pop((one.stack, one.logical_id, one.type), None), one) for one in new]
    by_path = {(one.stack, one.path, one.type): one for one in by_id.values()}
    for before, after in pairs:
        found = before or by_path.pop((after.stack, after.path, after.type), None)
        yield ResourceChange(after, found, after)
    for gone in by_path.values():
        yield ResourceChange(gone, gone, None)


def _compare(change: ResourceChange) -> None:
    if change.old is None or change.new is None:
        return
    change.replaced = change.renamed
    known = schema(change.resource.type)
    for one in differences(_with_properties(change.old), _with_properties(change.new)):
        if one.path[0] == "DependsOn" and change.renamed:
            continue
        if known and one.path[0] == "Properties" and known.renders_alike(one.path[1:], one.old, one.new):
            continue
        if known:
            change.replaced |= _by_schema(known.replaces, one)
            change.may_be_replaced |= _by_schema(known.may_replace, one)
        (change.contents if _only_contents(one) else change.differences).append(one)


def _with_properties(resource: Resource) -> dict[str, Node]:
    # So that a difference below is told by its property, even if one side has none at all.
    return {"Properties": {}, **resource.declared}


def _by_schema(rule: Callable[[Path, Side, Side], bool], one: Difference) -> bool:
    return one.path[0] == "Properties" and rule(one.path[1:], one.old, one.new)


def _only_contents(one: Difference) -> bool:
    if not (isinstance(one.old, Text) and isinstance(one.new, Text)):
        return False
    return one.old.without_hashes() == one.new.without_hashes()


def _spread(changes: list[ResourceChange]) -> None:
    kept = [change for change in changes if change.old and change.new]
    replaced: set[tuple[str, str]] = set()
    while fresh := {_key(change) for change in kept if change.replaced} - replaced:
        replaced |= fresh
        for change in kept:
            _follow(change, fresh)


def _key(change: ResourceChange) -> tuple[str, str]:
    return change.resource.stack, change.resource.path


def _follow(change: ResourceChange, replaced: set[tuple[str, str]]) -> None:
    known = schema(change.resource.type)
    told = [one.path for one in change.differences]
    for path, leaf in leaves(change.resource.properties, ("Properties",)):
        for reference in leaf.references if isinstance(leaf, Text) else []:
            if (reference.stack, reference.path) in replaced:
                change.replaced |= known is not None and known.only_created(path[1:])
                if not any(path[: len(one)] == one for one in told):
                    change.follows[path] = str(reference)
