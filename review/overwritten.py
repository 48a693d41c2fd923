"""Resources that are overwritten and then deleted by name: creating one again succeeds, and the
clean-up of the old one then deletes the new one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from review.assembly import Assembly
from review.markdown import code
from review.physical_names import FixedName, PhysicalNames
from review.resource_changes import Fate, ResourceChange
from review.resources import Resource
from review.values import Text


@dataclass(frozen=True)
class Overwritten:
    """Deploying deletes what `change` creates; `why` says which removal does it, as Markdown."""

    change: ResourceChange
    why: str


@dataclass(frozen=True)
class Entry:
    """What a resource of the type writes: of each of its `owners`, the entry of these `names`, or the only
    one. An owner is a property that names what the entry is part of, or a list of such."""

    owners: tuple[str, ...]
    names: tuple[str, ...] = ()


ENTRIES: Mapping[str, Entry] = {
    "AWS::ApplicationAutoScaling::ScalingPolicy": Entry(("ScalingTargetId", "ResourceId"), ("PolicyName",)),
    "AWS::IAM::Policy": Entry(("Roles", "Users", "Groups"), ("PolicyName",)),
    "AWS::SNS::Subscription": Entry(("TopicArn",), ("Protocol", "Endpoint")),
    "AWS::SNS::TopicPolicy": Entry(("Topics",)),
    "AWS::SQS::QueuePolicy": Entry(("Queues",)),
    "AWS::SecretsManager::ResourcePolicy": Entry(("SecretId",)),
}


def overwritten(
    old: Assembly,
    new: Assembly,
    before: Sequence[Resource],
    after: Sequence[Resource],
    changes: Sequence[ResourceChange],
) -> Iterator[Overwritten]:
    """Every created resource that the removal of another one deletes, in the order of the changes."""
    old_names, new_names = PhysicalNames(old, before), PhysicalNames(new, after)
    unstable = {
        (one.resource.stack, one.resource.path) for one in changes if one.fate not in (None, Fate.CHANGED)
    }
    leaving = [
        (one, entry)
        for one in changes
        if one.old and one.fate in (Fate.REMOVED, Fate.REPLACED) and one.old_is == "deleted"
        for entry in _entries(one.old, old_names)
        if not entry.targets & unstable
    ]
    for change in changes:
        if change.new is None or change.fate not in (Fate.ADDED, Fate.REPLACED):
            continue
        entries = _entries(change.new, new_names)
        for gone, entry in leaving:
            if _meets(entry, entries) and (when := _when(change, gone, old, new)):
                yield Overwritten(change, f"{_named(gone, change)} {when}")
                break


def _meets(entry: FixedName, others: Iterable[FixedName]) -> bool:
    return any(entry.meets(one) for one in others)


def _entries(resource: Resource, names: PhysicalNames) -> list[FixedName]:
    entry, properties = ENTRIES.get(resource.type), resource.properties
    if entry is None or not isinstance(properties, dict):
        return []
    called = [properties.get(name) for name in entry.names]
    if any(one is None for one in called):
        return []
    found = []
    for name in entry.owners:
        owners = properties.get(name, [])
        for owner in owners if isinstance(owners, list) else [owners]:
            found.append(names.of_values(resource, [Text((name,)), *called, owner]))
    return found


def _when(change: ResourceChange, gone: ResourceChange, old: Assembly, new: Assembly) -> str | None:
    """When the old one is deleted, if that is after the new one was created."""
    stacks = change.resource.stack, gone.resource.stack
    stack, holding = ((new if one in new.stacks else old).deployed_with(one) for one in stacks)
    if stack == holding:
        return "is deleted at the end, by the same name, and the new one with it"
    if holding not in new.stacks:
        return "is deleted, and the new one with it, once somebody destroys that stack"
    if new.deploys_first(holding, stack):
        return None
    when = "" if new.deploys_first(stack, holding) else ", unless that stack is deployed first"
    return f"is deleted with the deployment of that stack, and the new one with it{when}"


def _named(gone: ResourceChange, change: ResourceChange) -> str:
    if gone is change:
        return "the one that it replaces"
    of = "" if gone.resource.stack == change.resource.stack else f" of {code(gone.resource.stack)}"
    return f"{code(gone.resource.path)}{of}"
