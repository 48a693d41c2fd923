"""SageMaker endpoints: one update at a time, with the variants that are scaled."""

from collections.abc import Iterator
from typing import Final

from rehearsal.cloudformation.behaviors.behavior import Behavior
from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.situation import Resource, Situation
from rehearsal.cloudformation.state import ResourceState, State

_CONFIG: Final = "AWS::SageMaker::EndpointConfig"
_TARGET: Final = "AWS::ApplicationAutoScaling::ScalableTarget"
_SCALING: Final = "https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-policy.html"


class Endpoint(Behavior):
    """An update cannot take a variant away that is registered as a scalable target."""

    def refuses(self, resource: Resource, situation: Situation) -> Iterator[Refusal]:
        if resource.action != "update":
            return
        kept = _variants(resource.properties.get("EndpointConfigName"), situation.state)
        if kept is None:
            return
        for name in _scaled(resource.physical_id, situation.state):
            if name not in kept:
                yield Refusal(
                    "variant-scaled",
                    f"The variant(s) {name} of endpoint {resource.physical_id} must be deregistered as a "
                    "scalable target before an update can remove them",
                    _SCALING,
                    (
                        f"keep the name {name} of the variant",
                        "two deployments: without the scalable target and its policies first, then with the "
                        "other variant",
                    ),
                )


def _variants(config: object, state: State) -> list[str] | None:
    """The names of the variants of a configuration, None where the account doesn't have it."""
    found = state.find(_CONFIG, str(config).rpartition("/")[2])
    if found is None:
        return None
    return [str(one.get("VariantName")) for one in found.properties.get("ProductionVariants", [])]


def _scaled(endpoint: str, state: State) -> Iterator[str]:
    """The variants of an endpoint that are scaled."""
    for one in _resources(state):
        if one.type == _TARGET:
            parts = str(one.properties.get("ResourceId")).split("/")
            if parts[:3] == ["endpoint", endpoint, "variant"]:
                yield parts[3]


def _resources(state: State) -> Iterator[ResourceState]:
    for stack in state.stacks.values():
        yield from stack.resources.values()
    yield from (one.resource for one in state.left)
