"""Types that aren't deleted while another resource uses them."""

from collections.abc import Iterator
from typing import Any, Final

from rehearsal.cloudformation.behaviors.behavior import Behavior
from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.state import ResourceState, State

_NETWORK: Final = "https://repost.aws/knowledge-center/cloudformation-vpc-delete-failed"


class Attached(Behavior):
    """`message` is what AWS says, `{name}` its name. What is in a network may linger for a while after the
    deletion of what used it: `State.contents` says so."""

    def __init__(self, message: str, source: str) -> None:
        self._message, self._source = message, source

    def keeps(self, resource: ResourceState, state: State) -> Iterator[Refusal]:
        users = [*_users(resource, state)]
        lingering = state.contents.get((resource.type, resource.physical_id))
        if users or lingering is not None:
            who = ", ".join(users) or str(lingering)
            text = f"{self._message.format(name=resource.physical_id)} ({who})"
            ways = (f"delete what uses it first ({who}), and delete the stack again",)
            yield Refusal("in-use", text, self._source, ways)


def _users(resource: ResourceState, state: State) -> Iterator[str]:
    """The names of what refers to it, in a stack or in none."""
    reference = resource.attributes.get("Ref", resource.physical_id)
    owned = (one for stack in state.stacks.values() for one in stack.resources.values())
    for one in (*owned, *(each.resource for each in state.left)):
        if one != resource and _mentions(one.properties, reference):
            yield f"{one.type} {one.physical_id}"


def _mentions(value: Any, text: Any) -> bool:
    if isinstance(value, dict):
        return any(_mentions(one, text) for one in value.values())
    return any(_mentions(one, text) for one in value) if isinstance(value, list) else bool(value == text)


ATTACHED: Final = {
    "AWS::EC2::SecurityGroup": Attached("resource {name} has a dependent object", _NETWORK),
    "AWS::EC2::Subnet": Attached("The subnet '{name}' has dependencies and cannot be deleted", _NETWORK),
    "AWS::EC2::VPC": Attached("The vpc '{name}' has dependencies and cannot be deleted", _NETWORK),
    "AWS::IAM::ManagedPolicy": Attached(
        "Cannot delete a policy attached to entities: {name}",
        "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html",
    ),
    "AWS::WAFv2::WebACL": Attached(
        "WAFAssociatedItemException: your resource is being used by another resource or it's associated with "
        "another resource: {name}",
        "https://docs.aws.amazon.com/waf/latest/APIReference/API_DeleteWebACL.html",
    ),
}
