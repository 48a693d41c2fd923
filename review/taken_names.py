"""Names that are taken when CloudFormation creates a resource: it creates before it deletes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from review.comparison import Comparison, Order, named
from review.physical_names import FixedName
from review.resource_changes import Fate, ResourceChange
from review.resources import Resource


@dataclass(frozen=True)
class TakenName:
    """`change` creates a resource whose name something else has; `why` says what, as Markdown, and whether
    another order of deployments would free the name first."""

    change: ResourceChange
    name: str
    why: str


_HAS_IT: Mapping[Order, str] = {
    Order.AT_THE_END: "has it until everything else is done",
    Order.WHEN_DESTROYED: "has it until somebody destroys that stack",
    Order.AFTER: "has it until that stack is deployed, which comes later",
    Order.ANY: "has it unless that stack is deployed first",
}


def taken_names(compared: Comparison) -> list[TakenName]:
    """Every name that a created resource cannot have, in the order of the changes."""
    unstable = compared.unstable
    held = [
        (one, name)
        for one in compared.before
        if (name := compared.old_names.of(one)) and not name.targets & unstable
    ]
    fates = {change.old.place: change for change in compared.changes if change.old}
    found: list[TakenName] = []
    created: list[tuple[Resource, FixedName]] = []
    for change in compared.changes:
        if not change.new or change.fate not in (Fate.ADDED, Fate.REPLACED):
            continue
        name = compared.new_names.of(change.new)
        if name is None:
            continue
        holders = [] if name.targets & unstable else _holders(name, held)
        reasons = [_why(compared, change, one, fates.get(one.place)) for one in holders]
        stack = change.resource.stack
        reasons += [f"{named(one, stack)} is created with it, too" for one in _holders(name, created)]
        found += [TakenName(change, name.shown, why) for why in reasons if why][:1]
        created.append((change.resource, name))
    return found


def _holders(name: FixedName, among: Iterable[tuple[Resource, FixedName]]) -> list[Resource]:
    return [one for one, held in among if held.meets(name)]


def _why(
    compared: Comparison, change: ResourceChange, holder: Resource, fate: ResourceChange | None
) -> str | None:
    """Why the name is not free; None where the holder is gone by then."""
    if change.old is holder:
        return "it keeps its name, which the old one has until the new one is there"
    who = named(holder, change.resource.stack)
    if fate is None or fate.fate is Fate.CHANGED:
        return f"{who} has it"
    order = compared.order(change.resource.stack, holder.stack)
    if fate.old_is == "retained" and order not in (Order.AT_THE_END, Order.WHEN_DESTROYED):
        return f"{who} is retained and so keeps it"
    return f"{who} {_HAS_IT[order]}" if order in _HAS_IT else None
