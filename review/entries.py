"""Entries that a resource writes into others, where a second one of the same names overwrites the first."""

from collections.abc import Mapping
from dataclasses import dataclass

from review.physical_names import FixedName, PhysicalNames
from review.resources import Resource
from review.values import Text


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


def entries(resource: Resource, names: PhysicalNames) -> list[FixedName]:
    """The entries that a resource writes, each as a name that only one can have."""
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
