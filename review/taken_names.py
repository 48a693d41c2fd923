"""Names that are taken when CloudFormation creates a resource: it creates before it deletes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from review.assembly import Assembly
from review.markdown import code
from review.physical_names import FixedName, PhysicalNames
from review.resource_changes import Fate, ResourceChange
from review.resources import Resource


@dataclass(frozen=True)
class TakenName:
    """`change` creates a resource whose name something else has; `why` says what, as Markdown, and whether
    another order of deployments would free the name first."""

    change: ResourceChange
    name: str
    why: str


def taken_names(
    old: Assembly,
    new: Assembly,
    before: Sequence[Resource],
    after: Sequence[Resource],
    changes: Sequence[ResourceChange],
) -> list[TakenName]:
    """Every name that a created resource cannot have, in the order of the changes."""
    old_names, new_names = PhysicalNames(old, before), PhysicalNames(new, after)
    unstable = {_place(change.resource) for change in changes if change.fate not in (None, Fate.CHANGED)}
    held = [(one, name) for one in before if (name := old_names.of(one)) and not name.targets & unstable]
    fates = {_place(change.old): change for change in changes if change.old}
    orders = _Orders(old, new)
    found: list[TakenName] = []
    created: list[tuple[Resource, FixedName]] = []
    for change in changes:
        name = new_names.of(change.new) if change.new and change.fate in (Fate.ADDED, Fate.REPLACED) else None
        if name is None:
            continue
        reasons = [
            orders.why(change, holder, fates.get(_place(holder))) for holder in _holders(name, held, unstable)
        ]
        reasons += [f"{_named(one, change)} is created with it, too" for one in _holders(name, created)]
        found += [TakenName(change, name.shown, why) for why in reasons if why][:1]
        created.append((change.resource, name))
    return found


def _holders(
    name: FixedName, among: Iterable[tuple[Resource, FixedName]], unstable: Iterable[tuple[str, str]] = ()
) -> list[Resource]:
    return [one for one, held in among if held.meets(name) and not name.targets & set(unstable)]


class _Orders:
    """When a name is free, by the order in which stacks are deployed."""

    def __init__(self, old: Assembly, new: Assembly) -> None:
        self._old = old
        self._assembly = new

    def _deployed_with(self, stack: str) -> str:
        return (self._assembly if stack in self._assembly.stacks else self._old).deployed_with(stack)

    def why(self, change: ResourceChange, holder: Resource, fate: ResourceChange | None) -> str | None:
        """Why the name is not free; None where the holder is gone by then."""
        if change.old is holder:
            return "it keeps its name, which the old one has until the new one is there"
        named = _named(holder, change)
        if fate is None or fate.fate is Fate.CHANGED:
            return f"{named} has it"
        stack, holding = map(self._deployed_with, (change.resource.stack, holder.stack))
        if stack == holding:
            return f"{named} has it until everything else is done"
        until = self._until(stack, holding, fate)
        return f"{named} {until}" if until else None

    def _until(self, stack: str, holding: str, fate: ResourceChange) -> str | None:
        if holding not in self._assembly.stacks:
            return "has it until somebody destroys that stack"
        if fate.old_is == "retained":
            return "is retained and so keeps it"
        if self._assembly.deploys_first(holding, stack):
            return None
        if self._assembly.deploys_first(stack, holding):
            return "has it until that stack is deployed, which comes later"
        return "has it unless that stack is deployed first"


def _named(holder: Resource, change: ResourceChange) -> str:
    of = "" if holder.stack == change.resource.stack else f" of {code(holder.stack)}"
    return f"{code(holder.path)}{of}"


def _place(resource: Resource) -> tuple[str, str]:
    return resource.stack, resource.path
