"""The step of a resource that is created, updated or replaced, and what is remembered of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from rehearsal.cloudformation.outcome import Refusal, Step
from rehearsal.cloudformation.replacement import Change
from rehearsal.cloudformation.situation import Resource
from rehearsal.cloudformation.state import ResourceState

_REPLACES = "Requested update requires the creation of a new physical resource; hence creating one."


@dataclass(frozen=True)
class Done:
    """A resource as it was before the operation, None where there was none, and as it is now:
    the same one, or what replaced it."""

    logical_id: str
    before: ResourceState | None
    after: ResourceState
    replaced: bool


def step(
    resource: Resource,
    change: Change,
    waits_for: Mapping[str, tuple[str, ...]],
    refusal: Refusal | None = None,
) -> Step:
    """The step as it went: complete, or failed where AWS refuses it."""
    verb = "CREATE" if resource.action == "create" else "UPDATE"
    reason = ", ".join(change.properties)
    if change.perhaps:
        reason += f" (depending on the values, {', '.join(change.perhaps)} replaces the resource)"
    if resource.action == "replace":
        reason = f"{_REPLACES} ({', '.join(change.fixed)})"
    return Step(
        resource.logical_id,
        resource.type,
        resource.path,
        resource.physical_id,
        "apply",
        resource.action,
        waits_for[resource.logical_id],
        f"{verb}_FAILED" if refusal else f"{verb}_COMPLETE",
        refusal.message if refusal else reason,
    )
