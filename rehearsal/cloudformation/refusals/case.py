"""What a rule judges: a resource that is about to be made, and the quotas of the account."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.refusals.quotas import Quotas
from rehearsal.cloudformation.replacement import at
from rehearsal.cloudformation.situation import Resource, Situation
from rehearsal.cloudformation.state import ResourceState, is_known, only_on_aws


@dataclass(frozen=True)
class Case:
    resource: Resource
    situation: Situation
    quotas: Quotas

    def known(self, *path: str) -> Any:
        """A property, None where it is missing or known only on AWS."""
        found = at(self.resource.properties, path)
        return found if is_known(found) else None

    def members(self, *path: str) -> list[dict[str, Any]]:
        """The objects of a list, known or not."""
        found = at(self.resource.properties, path)
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    def existing(self, *types: str) -> Iterator[ResourceState]:
        """What the account holds of these types, except for what is just replaced or updated."""
        state = self.situation.state
        for stack in state.stacks.values():
            for logical_id, one in stack.resources.items():
                itself = (stack.name, logical_id) == (self.situation.stack.name, self.resource.logical_id)
                if one.type in types and not itself:
                    yield one
        yield from (one.resource for one in state.left if one.resource.type in types)

    def find(self, resource_type: str, reference: Any) -> ResourceState | None:
        """The resource of a type that a name or an ARN stands for, None where the account has none."""
        for one in self.existing(resource_type):
            arn = one.attributes.get("Arn", only_on_aws(one.physical_id, "Arn"))
            if reference in (one.physical_id, one.attributes.get("Ref"), arn):
                return one
        return None


type Rule = Callable[[Case], Iterator[Refusal]]


def listed(value: Any) -> list[Any]:
    """The members of what may be written as one or as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def number(value: Any) -> float | None:
    """A number that may be written as a text."""
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None
