"""What is refused because something else is there: the name of a resource, or a change under way."""

from collections.abc import Iterator
from typing import Final

from rehearsal.cloudformation import names
from rehearsal.cloudformation.account import Account
from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.situation import Resource
from rehearsal.cloudformation.state import State

_CUSTOM_NAMES: Final = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html"
)
_EXISTS: Final = "https://repost.aws/knowledge-center/cloudformation-resource-already-exists"
_TROUBLE: Final = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html"


def custom_named(resource: Resource) -> Iterator[Refusal]:
    """A replacement that would have the same fixed name as what it replaces."""
    key = names.fixed(resource.type, resource.properties)
    if resource.old is None or key is None or names.fixed(resource.type, resource.old.properties) != key:
        return
    shown = resource.physical_id
    yield Refusal(
        "custom-name-replacement",
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
        f"Rename {shown} and update the stack again.",
        _CUSTOM_NAMES,
        (
            f"two deployments: with another name than {shown} now, and with {shown} again afterwards, if the "
            "name has to stay",
            "leave the name to CloudFormation, if nobody has to know it",
            "take the change of the property back that only creation can set",
        ),
    )


def taken(resource: Resource, account: Account, stack: str) -> Iterator[Refusal]:
    """A new resource whose fixed name another one has: CloudFormation creates before it deletes."""
    key = names.fixed(resource.type, resource.properties)
    found = None if key is None else names.holder(account, resource.type, key)
    if found is None:
        return
    owner, logical_id = found
    name = resource.physical_id
    if not owner:
        yield Refusal(
            "name-taken",
            f'Resource handler returned message: "{name} already exists" (HandlerErrorCode: AlreadyExists)',
            _EXISTS,
            (
                f"cdk import brings the existing {name} into the stack",
                f"delete {name} first, if nothing in it is needed",
                "deploy with another name",
            ),
        )
        return
    place = account.state
    arn = f"arn:aws:cloudformation:{place.region}:{place.account}:stack/{owner}"
    yield Refusal(
        "name-taken", f"{name} already exists in stack {arn}", _EXISTS, _ways(name, owner, logical_id, stack)
    )


def _ways(name: str, owner: str, logical_id: str, stack: str) -> tuple[str, ...]:
    if owner == stack:
        return (
            f"keep the logical id {logical_id} (overrideLogicalId), so that the resource stays what it is",
            f"two deployments: without {name} now, and with it under its new id afterwards; its contents are "
            "lost",
            f"two deployments: with another name than {name} now, and with {name} again afterwards",
            "cdk refactor, which moves the resource without touching it",
        )
    return (
        f"deploy {owner} without {name} first (where it holds data: retained, then cdk import)",
        f"cdk refactor, which moves {name} from {owner} to {stack} without touching it",
        "deploy with another name",
    )


def in_flight(resource_type: str, physical_id: str, state: State) -> Iterator[Refusal]:
    """A resource that is just being changed: AWS makes one change after the other."""
    doing = state.in_flight.get((resource_type, physical_id))
    if doing is not None:
        kind = resource_type.rpartition("::")[2].lower()
        yield Refusal(
            "in-flight",
            f'Cannot update in-progress {kind} "{physical_id}" ({doing})',
            _TROUBLE,
            (f"wait until the {kind} {physical_id} is ready, and deploy again",),
        )
