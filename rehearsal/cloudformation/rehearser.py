"""Decides whether a step works: by the type's behavior, the rules, the permissions, and what is to fail."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Protocol

from rehearsal.cloudformation.account import Account
from rehearsal.cloudformation.behaviors import behavior
from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.situation import Check, Resource, Situation
from rehearsal.cloudformation.state import ResourceState
from rehearsal.cloudformation.taken import custom_named, in_flight, taken

type Place = tuple[str, str]


class Permissions(Protocol):
    """Says what the role that deploys may not do."""

    def refuses(self, action: str, resource: ResourceState) -> Iterator[Refusal]:
        """`action` is "create", "update" or "delete"."""
        ...


@dataclass(frozen=True)
class Rehearser:
    """`faults` say which resources, by stack and logical id, are to fail, and with which message;
    `rollback_faults` those that fail when a rollback handles them."""

    faults: Mapping[Place, str] = field(default_factory=dict)
    rollback_faults: Mapping[Place, str] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    permissions: Permissions | None = None

    def refusal(self, resource: Resource, situation: Situation, account: Account) -> Refusal | None:
        """Why a resource can't be created, updated or replaced."""
        return next(self._refusals(resource, situation, account), None)

    def rollback_refusal(self, resource: Resource, situation: Situation) -> Refusal | None:
        """Why a resource can't be made again what it was."""
        injected = _injected(self.rollback_faults, situation.stack.name, resource.logical_id)
        return next(chain(injected, behavior(resource.type).refuses(resource, situation)), None)

    def deletion_refusal(
        self, stack: str, logical_id: str, resource: ResourceState, account: Account, *, rolls_back: bool
    ) -> Refusal | None:
        """Why a resource can't be deleted."""
        faults = self.rollback_faults if rolls_back else self.faults
        return next(self._deletion_refusals(faults, stack, logical_id, resource, account), None)

    def _refusals(self, resource: Resource, situation: Situation, account: Account) -> Iterator[Refusal]:
        yield from _injected(self.faults, situation.stack.name, resource.logical_id)
        yield from in_flight(resource.type, resource.physical_id, situation.state)
        if resource.action == "replace":
            yield from custom_named(resource)
        if resource.action != "update":
            yield from taken(resource, account, situation.stack.name)
        for check in self.checks:
            yield from check.of_resource(resource, situation)
        yield from behavior(resource.type).refuses(resource, situation)
        if self.permissions is not None:
            made = ResourceState(resource.type, resource.path, resource.physical_id, resource.properties)
            yield from self.permissions.refuses(_HANDLERS[resource.action], made)

    def _deletion_refusals(
        self,
        faults: Mapping[Place, str],
        stack: str,
        logical_id: str,
        resource: ResourceState,
        account: Account,
    ) -> Iterator[Refusal]:
        yield from _injected(faults, stack, logical_id)
        yield from in_flight(resource.type, resource.physical_id, account.state)
        yield from behavior(resource.type).keeps(resource, account.state)
        if self.permissions is not None:
            yield from self.permissions.refuses("delete", resource)


_HANDLERS = {"create": "create", "replace": "create", "update": "update"}


def _injected(faults: Mapping[Place, str], stack: str, logical_id: str) -> Iterator[Refusal]:
    if (stack, logical_id) in faults:
        yield Refusal("injected", faults[stack, logical_id], "", ())
