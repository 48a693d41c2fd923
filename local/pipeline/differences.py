"""What a definition asks for that has no effect on this machine, said before anything runs."""

from collections.abc import Mapping

from local.pipeline.definition import Definition, Step


def without_effect(definition: Definition) -> list[str]:
    """Each as a phrase with the steps that ask for it."""
    found: dict[str, list[str]] = {}
    for step in definition.steps:
        for phrase in _phrases(step):
            found.setdefault(phrase, []).append(step.name)
    return [f"{phrase} ({', '.join(steps)})" for phrase, steps in found.items()]


def _phrases(step: Step) -> list[str]:
    # All that can be retried are faults of the service; a container that fails is not among them.
    phrases = [f"retries on {', '.join(step.retried)}"] if step.retried else []
    if step.arguments.get("EnableManagedSpotTraining"):
        phrases.append("spot capacity")
    network = step.arguments.get("NetworkConfig")
    if "VpcConfig" in step.arguments or (isinstance(network, Mapping) and "VpcConfig" in network):
        phrases.append("the VPC")
    return phrases
