"""What a rule may ask of the moment in which a resource is created or updated."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from rehearsal.cloudformation.declared import DeclaredStack
from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.state import ResourceState, State


@dataclass(frozen=True)
class Resource:
    """A resource as it is about to be: `properties` are resolved as far as they are known, `declared` is what
    the template says of it (DependsOn, UpdatePolicy, ...), `physical_id` its name. `old` is what exists
    where it is updated or replaced."""

    logical_id: str
    type: str
    path: str
    physical_id: str
    properties: Mapping[str, Any]
    declared: Mapping[str, Any]
    action: Literal["create", "update", "replace"] = "create"
    old: ResourceState | None = None


@dataclass(frozen=True)
class Situation:
    """`state` is what the account holds at that moment, `resources` those of the stack so far, by logical id
    (of a stack that isn't begun: none), `parameters` the values of its parameters."""

    state: State
    stack: DeclaredStack
    resources: Mapping[str, ResourceState]
    parameters: Mapping[str, Any]

    @property
    def region(self) -> str:
        return self.state.region

    @property
    def account(self) -> str:
        return self.state.account


class Check(Protocol):
    """Says what AWS refuses. The first refusal of a resource fails its step, one of a stack the operation."""

    def of_stack(self, situation: Situation) -> Iterator[Refusal]:
        """Asked before the first step of a stack."""
        ...

    def of_resource(self, resource: Resource, situation: Situation) -> Iterator[Refusal]:
        """Asked before a resource is created, updated or replaced, once what it waits for is there."""
        ...
