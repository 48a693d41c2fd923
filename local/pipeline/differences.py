"""The parts of a definition that have no effect on this machine; they are listed before it runs."""

from collections.abc import Mapping, Sequence

from local.pipeline.definition import Definition, Step

# More names than these say less than their number.
_NAMED = 3


def without_effect(definition: Definition) -> list[str]:
    """Each as a phrase with the steps that ask for it, or how many do."""
    found: dict[str, list[str]] = {}
    for step in definition.steps:
        for phrase in _phrases(step):
            found.setdefault(phrase, []).append(step.name)
    return [f"{phrase} ({_together(steps)})" for phrase, steps in found.items()]


def _together(steps: Sequence[str]) -> str:
    return ", ".join(steps) if len(steps) <= _NAMED else f"{len(steps)} steps"


def _phrases(step: Step) -> list[str]:
    # All that can be retried are faults of the service; a container that fails is not among them.
    phrases = [f"retries on {', '.join(step.retried)}"] if step.retried else []
    if step.arguments.get("EnableManagedSpotTraining"):
        phrases.append("spot capacity")
    network = step.arguments.get("NetworkConfig")
    if "VpcConfig" in step.arguments or (isinstance(network, Mapping) and "VpcConfig" in network):
        phrases.append("the VPC")
    return phrases
