"""One stack created or updated: its resources in their order, then its exports, then what is not needed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from rehearsal.cloudformation import exports, names, order, parameters, preflight, stack_policy
from rehearsal.cloudformation.account import Account
from rehearsal.cloudformation.behaviors import behavior
from rehearsal.cloudformation.declared import DeclaredStack
from rehearsal.cloudformation.outcome import Failure, Refusal, StackOperation, Step
from rehearsal.cloudformation.refused import Refused, StackFailed
from rehearsal.cloudformation.rehearser import Rehearser
from rehearsal.cloudformation.removal import Doomed
from rehearsal.cloudformation.replacement import Change, compare
from rehearsal.cloudformation.scope import StackScope
from rehearsal.cloudformation.situation import Resource, Situation
from rehearsal.cloudformation.state import Left, ResourceState, StackState
from rehearsal.cloudformation.steps import Done, step


class StackUpdate:
    """The creation or the update of one stack: `begin` and `apply`, then cleanup.clean_up, or
    rollback.roll_back where `apply` failed.

    `children` are the same of the stacks nested in it, by logical id; `failed_child` is the one whose failure
    is this one's. `nested` are the operations on nested stacks that are deleted,
    `left` and `left_within` what belongs to no stack because of it and of those.
    """

    def __init__(
        self, account: Account, stack: DeclaredStack, rehearser: Rehearser, parent: str | None = None
    ) -> None:
        self.account = account
        self.stack = stack
        self.rehearser = rehearser
        self.parent = parent
        self.children: dict[str, StackUpdate] = {}
        self.failed_child: StackUpdate | None = None
        self.nested: list[StackOperation] = []
        self.before = account.stack(stack.name)
        self.kind: Literal["create", "update"] = "update" if self.before else "create"
        self.steps: list[Step] = []
        self.left: list[Left] = []
        self.left_within: list[Left] = []
        self.done: list[Done] = []
        self._values: dict[str, Any] = {}
        self._waits_for: Mapping[str, tuple[str, ...]] = {}

    def begin(self) -> None:
        """What CloudFormation looks at first. Raises StackFailed; then nothing has been done."""
        try:
            self._values = parameters.given(self.stack, self.before)
            resolved = parameters.resolved(self.stack, self._values, self.account.state)
            self.scope = StackScope(self.account, self.stack, resolved)
            self._refuse(preflight.refusals(self.stack, self.scope, self.before))
            present = self.scope.present()
            self._waits_for = order.direct(present)
            self._order = order.sorted_by(self._waits_for)
            for check in self.rehearser.checks:
                self._refuse(check.of_stack(self._situation()))
        except Refused as error:
            raise StackFailed(self._failure(error.refusal)) from None
        self.present = present

    def apply(self) -> None:
        """Create, update and replace. Raises StackFailed."""
        if self.before is None:
            self.account.put_stack(StackState(self.stack.name, self.stack.template, {}, parent=self.parent))
        self.set_status("IN_PROGRESS")
        for logical_id in self._order:
            self._handle(logical_id)
        self._refuse_removals()
        self._put_outputs()

    @property
    def changes(self) -> bool:
        """Whether the stack is another one than before."""
        now = self.account.stack(self.stack.name)
        return (
            bool(self.steps)
            or self.before is None
            or replace(self.before, status="") != replace(now or self.before, status="")
        )

    def operation(self, reason: str = "") -> StackOperation:
        held = self.account.stack(self.stack.name)
        return StackOperation(
            self.stack.name,
            self.kind if self.changes or reason else "none",
            tuple(self.steps),
            held.status if held else "",
            reason,
            tuple(self.left),
            (*(one.operation() for one in self.children.values()), *self.nested),
        )

    def failure(self, refusal: Refusal, logical_id: str, kind: str) -> Failure:
        """The failure of what is called so: a resource, or an output."""
        path = self.stack.path(logical_id) if logical_id else ""
        return Failure(
            self.stack.name,
            logical_id,
            kind,
            path,
            refusal.kind,
            refusal.message,
            refusal.source,
            refusal.ways_out,
        )

    def _failure(self, refusal: Refusal) -> Failure:
        return self.failure(refusal, "", "")

    def _refuse(self, refusals: Iterator[Refusal]) -> None:
        for refusal in refusals:
            raise Refused(refusal)

    def _handle(self, logical_id: str) -> None:
        declared = self.present[logical_id]
        kind = declared["Type"]
        old = self.before.resources.get(logical_id) if self.before else None
        try:
            properties = self.scope.value(declared.get("Properties", {}))
        except Refused as error:
            raise StackFailed(self.failure(error.refusal, logical_id, kind)) from None
        change = compare(kind, old.properties, properties) if old else Change("update")
        resource = self._resource(logical_id, declared, properties, change, old)
        if logical_id in self.stack.nested:
            self._handle_nested(resource, change)
        elif change.kind != "none":
            self._ask(resource, change)
            self.steps.append(step(resource, change, self._waits_for))
            self._put(resource, {})

    def _ask(self, resource: Resource, change: Change) -> None:
        """Raises StackFailed, after the step of the resource, where AWS refuses it."""
        refusal = self.rehearser.refusal(resource, self._situation(), self.account)
        refusal = refusal or self._policy_refusal(resource)
        if refusal is not None:
            self.steps.append(step(resource, change, self._waits_for, refusal))
            raise StackFailed(self.failure(refusal, resource.logical_id, resource.type))

    def _handle_nested(self, resource: Resource, change: Change) -> None:
        """A stack within this one. Its own template may change where nothing of the resource does."""
        self._ask(resource, change)
        given = {name: str(one) for name, one in resource.properties.get("Parameters", {}).items()}
        declared = replace(
            self.stack.nested[resource.logical_id], name=resource.physical_id, parameters=given
        )
        child = StackUpdate(self.account, declared, self.rehearser, self.stack.name)
        try:
            child.begin()
            self.failed_child = child
            child.apply()
        except StackFailed as error:
            found = error.failure
            refusal = Refusal(found.kind, _not_successful(child, found), found.source, found.ways_out)
            self.steps.append(step(resource, change, self._waits_for, refusal))
            raise
        self.failed_child = None
        self.children[resource.logical_id] = child
        if child.changes or change.kind != "none":
            self.steps.append(step(resource, change, self._waits_for))
            outputs = self.account.state.stacks[child.stack.name].outputs
            self._put(resource, {f"Outputs.{name}": value for name, value in outputs.items()})

    def _resource(
        self,
        logical_id: str,
        declared: Mapping[str, Any],
        properties: Mapping[str, Any],
        change: Change,
        old: ResourceState | None,
    ) -> Resource:
        kind, name = declared["Type"], self.stack.name
        replaces = change.kind == "replace"
        if old is not None and not replaces:
            physical_id = old.physical_id
        else:
            physical_id = names.physical_id(self.account, name, logical_id, kind, properties)
        action: Literal["create", "update", "replace"] = "replace" if replaces else "update"
        return Resource(
            logical_id,
            kind,
            self.stack.path(logical_id),
            physical_id,
            properties,
            declared,
            action if old else "create",
            old,
        )

    def _put(self, resource: Resource, more: dict[str, Any]) -> None:
        kept = resource.old if resource.action == "update" else None
        attributes = dict(kept.attributes) if kept else self._attributes(resource)
        now = ResourceState(
            resource.type, resource.path, resource.physical_id, resource.properties, attributes | more
        )
        if resource.action == "replace" and resource.old is not None:
            self.account.obsolete[self.stack.name, resource.logical_id] = resource.old
        self.account.put(self.stack.name, resource.logical_id, now)
        self.done.append(Done(resource.logical_id, resource.old, now, resource.action == "replace"))

    def _attributes(self, resource: Resource) -> dict[str, Any]:
        known = names.attributes(resource.type, resource.physical_id, self.scope.place)
        return {**known, **behavior(resource.type).made(resource, self._situation())}

    def _policy_refusal(self, resource: Resource) -> Refusal | None:
        if self.before is None or resource.action == "create":
            return None
        action = "Update:Replace" if resource.action == "replace" else "Update:Modify"
        return stack_policy.refusal(self.before.policy, action, resource.logical_id, resource.type)

    def _refuse_removals(self) -> None:
        for logical_id, one in self.removed():
            policy = self.before.policy if self.before else None
            refusal = stack_policy.refusal(policy, "Update:Delete", logical_id, one.type)
            if refusal is not None:
                raise StackFailed(self.failure(refusal, logical_id, one.type))

    def _put_outputs(self) -> None:
        try:
            outputs = exports.evaluate(self.scope)
        except Refused as error:
            raise StackFailed(self._failure(error.refusal)) from None
        held = self.account.state.stacks[self.stack.name]
        for output, refusal in exports.refused(self.account, held, outputs):
            raise StackFailed(self.failure(refusal, output, "Output"))
        self.account.put_stack(
            replace(
                held,
                template=self.stack.template,
                outputs=outputs.values,
                exports=outputs.exported,
                imports=tuple(sorted(self.scope.imports)),
                parameters=self._values,
                termination_protection=self.stack.termination_protection,
            )
        )

    def removed(self) -> list[tuple[str, ResourceState]]:
        """The resources that the template doesn't declare any more, by logical id."""
        old = self.before.resources if self.before else {}
        return [(id, one) for id, one in old.items() if id not in self.present]

    def forget(self, doomed: Doomed) -> None:
        """Take out of the account what has been deleted, or belongs to the stack no more."""
        place = doomed.stack, doomed.logical_id
        if place in self.account.obsolete:
            del self.account.obsolete[place]
        else:
            self.account.drop(*place)

    def set_status(self, ending: str) -> None:
        """CloudFormation's status of the stack: `CREATE_...` or `UPDATE_...`."""
        held = self.account.state.stacks[self.stack.name]
        self.account.put_stack(replace(held, status=f"{self.kind.upper()}_{ending}"))

    def _situation(self) -> Situation:
        resources = self.account.resources(self.stack.name)
        return Situation(self.account.state, self.stack, resources, self.scope.parameters)


def _not_successful(child: StackUpdate, failure: Failure) -> str:
    verb = "created" if child.kind == "create" else "updated"
    return f"Embedded stack {child.stack.name} was not successfully {verb}: {failure.message}"
