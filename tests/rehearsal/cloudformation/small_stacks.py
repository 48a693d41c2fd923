"""Small apps to deploy, written as templates."""

from collections.abc import Mapping
from typing import Any

from rehearsal.cloudformation.declared import Declared, DeclaredStack
from rehearsal.cloudformation.outcome import Deployment
from rehearsal.cloudformation.state import State

ACCOUNT, REGION = "111122223333", "eu-central-1"
EMPTY = State.empty(ACCOUNT, REGION)


def app(**stacks: Mapping[str, Any]) -> Declared:
    """An app of these stacks, each given as a template or as its resources; one that imports what another
    exports depends on it, as CDK has it."""
    return Declared(ACCOUNT, REGION, {name: stack(name, one) for name, one in stacks.items()})


def stack(name: str, given: Mapping[str, Any], *dependencies: str, **others: Any) -> DeclaredStack:
    template = given if "Resources" in given else {"Resources": given}
    return DeclaredStack(name, template, dependencies=dependencies, **others)


def resource(kind: str, *depends_on: str, **properties: Any) -> dict[str, Any]:
    """A resource of `AWS::<kind>`."""
    declared: dict[str, Any] = {"Type": f"AWS::{kind}", "Properties": properties}
    return {**declared, "DependsOn": list(depends_on)} if depends_on else declared


def topic(**properties: Any) -> dict[str, Any]:
    return resource("SNS::Topic", **properties)


def steps(deployment: Deployment) -> list[tuple[str, str, str]]:
    """Phase, action and logical id of each step, of all stacks."""
    return [
        (step.phase, step.action, step.logical_id)
        for operation in deployment.stacks
        for each in operation.walk()
        for step in each.steps
    ]
