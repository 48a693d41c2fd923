"""Resources that are overwritten and then deleted by name: creating one again succeeds, and the
clean-up of the old one then deletes the new one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from review.comparison import Comparison, Order, named
from review.entries import entries
from review.physical_names import FixedName
from review.resource_changes import Fate, ResourceChange


@dataclass(frozen=True)
class Overwritten:
    """Deploying deletes what `change` creates; `why` says which removal does it, as Markdown."""

    change: ResourceChange
    why: str


_WHEN: Mapping[Order, str] = {
    Order.AT_THE_END: "is deleted at the end, by the same name, and the new one with it",
    Order.WHEN_DESTROYED: "is deleted, and the new one with it, once somebody destroys that stack",
    Order.AFTER: "is deleted with the deployment of that stack, and the new one with it",
    Order.ANY: "is deleted with the deployment of that stack, and the new one with it, "
    "unless that stack is deployed first",
}


def overwritten(compared: Comparison) -> Iterator[Overwritten]:
    """Every created resource that the removal of another one deletes, in the order of the changes."""
    leaving = [
        (one, entry)
        for one in compared.changes
        if one.old and one.fate in (Fate.REMOVED, Fate.REPLACED) and one.old_is == "deleted"
        for entry in entries(one.old, compared.old_names)
        if not entry.targets & compared.unstable
    ]
    for change in compared.changes:
        if change.new is None or change.fate not in (Fate.ADDED, Fate.REPLACED):
            continue
        created = entries(change.new, compared.new_names)
        stack = change.resource.stack
        for gone, entry in leaving:
            if _meets(entry, created) and (when := _WHEN.get(compared.order(stack, gone.resource.stack))):
                removed = "the one that it replaces" if gone is change else named(gone.resource, stack)
                yield Overwritten(change, f"{removed} {when}")
                break


def _meets(entry: FixedName, others: Iterable[FixedName]) -> bool:
    return any(entry.meets(one) for one in others)
