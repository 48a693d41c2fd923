"""One stack created or updated: its resources in their order, then its exports, then what is not needed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from rehearsal.cloudformation import exports, names, order, parameters, preflight, stack_policy
from rehearsal.cloudformation.account import Account
from rehearsal.cloudformation.declared import DeclaredStack
from rehearsal.cloudformation.outcome import Failure, Refusal, StackOperation, Step
from rehearsal.cloudformation.refused import Refused, StackFailed
from rehearsal.cloudformation.rehearser import Rehearser
from rehearsal.cloudformation.removal import Doomed, remove
from rehearsal.cloudformation.replacement import Change, compare
from rehearsal.cloudformation.scope import StackScope
from rehearsal.cloudformation.situation import Resource, Situation
from rehearsal.cloudformation.state import Left, ResourceState, StackState

_REPLACES = "Requested update requires the creation of a new physical resource; hence creating one."


@dataclass(frozen=True)
class Done:
    """A resource as it was before the operation, None where there was none, and as it is now."""

    logical_id: str
    before: ResourceState | None
    after: ResourceState

    @property
    def replaced(self) -> bool:
        return self.before is not None and self.before.physical_id != self.after.physical_id


class StackUpdate:
    """The creation or the update of one stack; `apply`, then `finish`, or `roll_back` where that failed."""

    def __init__(self, account: Account, stack: DeclaredStack, rehearser: Rehearser) -> None:
        self.account = account
        self.stack = stack
        self.rehearser = rehearser
        self.before = account.stack(stack.name)
        self.kind: Literal["create", "update"] = "update" if self.before else "create"
        self.steps: list[Step] = []
        self.left: list[Left] = []
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
        self._present = present

    def apply(self) -> None:
        """Create, update and replace. Raises StackFailed."""
        if self.before is None:
            self.account.put_stack(StackState(self.stack.name, self.stack.template, {}))
        self._set_status("IN_PROGRESS")
        for logical_id in self._order:
            self._handle(logical_id)
        self._refuse_removals()
        self._put_outputs()

    def finish(self) -> None:
        """Delete what was replaced and what the template doesn't declare any more. What can't be deleted
        stays and belongs to no stack: CloudFormation gives up, and the update is complete."""
        for doomed in self._doomed():
            step, refusal, left = remove(self.account, self.rehearser, doomed, "cleanup")
            self.forget(doomed)
            if refusal is not None:
                left = Left(doomed.stack, doomed.logical_id, doomed.resource, refusal.message)
                self.account.leave(left)
            self.steps.append(step)
            self.left += [left] if left else []
        self._set_status("COMPLETE")

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
        declared = self._present[logical_id]
        kind = declared["Type"]
        old = self.before.resources.get(logical_id) if self.before else None
        try:
            properties = self.scope.value(declared.get("Properties", {}))
        except Refused as error:
            raise StackFailed(self.failure(error.refusal, logical_id, kind)) from None
        change = compare(kind, old.properties, properties) if old else Change("update")
        if change.kind == "none":
            return
        resource = self._resource(logical_id, declared, properties, change, old)
        refusal = self.rehearser.refusal(resource, self._situation(), self.account)
        refusal = refusal or self._policy_refusal(resource)
        self.steps.append(self._step(resource, change, refusal))
        if refusal is not None:
            raise StackFailed(self.failure(refusal, logical_id, kind))
        self._put(resource)

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

    def _put(self, resource: Resource) -> None:
        kept = resource.old if resource.action == "update" else None
        attributes = (
            kept.attributes
            if kept
            else names.attributes(resource.type, resource.physical_id, self.scope.place)
        )
        now = ResourceState(
            resource.type, resource.path, resource.physical_id, resource.properties, attributes
        )
        if resource.action == "replace" and resource.old is not None:
            self.account.obsolete[self.stack.name, resource.logical_id] = resource.old
        self.account.put(self.stack.name, resource.logical_id, now)
        self.done.append(Done(resource.logical_id, resource.old, now))

    def _step(self, resource: Resource, change: Change, refusal: Refusal | None) -> Step:
        verb = "CREATE" if resource.action == "create" else "UPDATE"
        reason = ", ".join(change.properties)
        if resource.action == "replace":
            reason = f"{_REPLACES} ({', '.join(change.fixed)})"
        return Step(
            resource.logical_id,
            resource.type,
            resource.path,
            resource.physical_id,
            "apply",
            resource.action,
            self._waits_for[resource.logical_id],
            f"{verb}_FAILED" if refusal else f"{verb}_COMPLETE",
            refusal.message if refusal else reason,
        )

    def _policy_refusal(self, resource: Resource) -> Refusal | None:
        if self.before is None or resource.action == "create":
            return None
        action = "Update:Replace" if resource.action == "replace" else "Update:Modify"
        return stack_policy.refusal(self.before.policy, action, resource.logical_id, resource.type)

    def _refuse_removals(self) -> None:
        for logical_id, one in self._removed():
            policy = self.before.policy if self.before else None
            refusal = stack_policy.refusal(policy, "Update:Delete", logical_id, one.type)
            if refusal is not None:
                raise StackFailed(self.failure(refusal, logical_id, one.type))

    def _put_outputs(self) -> None:
        outputs, exported, declared_by = {}, {}, {}
        try:
            for name, value, export in self.scope.outputs():
                outputs[name] = value
                if export is not None:
                    exported[export], declared_by[export] = value, name
        except Refused as error:
            raise StackFailed(self._failure(error.refusal)) from None
        held = self.account.state.stacks[self.stack.name]
        for export, refusal in exports.refused(self.account, self.stack.name, held.exports, exported):
            output = declared_by.get(export) or _output_of(held.template, export)
            raise StackFailed(self.failure(refusal, output, "Output"))
        self.account.put_stack(
            replace(
                held,
                template=self.stack.template,
                outputs=outputs,
                exports=exported,
                imports=tuple(sorted(self.scope.imports)),
                parameters=self._values,
                termination_protection=self.stack.termination_protection,
            )
        )

    def _removed(self) -> list[tuple[str, ResourceState]]:
        old = self.before.resources if self.before else {}
        return [(id, one) for id, one in old.items() if id not in self._present]

    def _doomed(self) -> list[Doomed]:
        """What is deleted in the end, each before what it needs: removed by the policies of the old template,
        replaced by those of the new one."""
        if self.before is None:
            return []
        old = self.before.template.get("Resources", {})
        removed = dict(self._removed())
        replaced = {one.logical_id: one.before for one in self.done if one.before and one.replaced}
        going = {**removed, **replaced}
        users = order.dependents(order.direct({id: old.get(id, {}) for id in self.before.resources}))
        found = []
        for logical_id in reversed(order.sorted_by(order.direct({id: old.get(id, {}) for id in going}))):
            policy = self._policy(logical_id, logical_id in replaced)
            waits_for = tuple(one for one in users[logical_id] if one in going)
            found.append(Doomed(self.stack.name, logical_id, going[logical_id], policy, waits_for))
        return found

    def _policy(self, logical_id: str, is_replaced: bool) -> str:
        if is_replaced:
            return str(self._present[logical_id].get("UpdateReplacePolicy", "Delete"))
        old = self.before.template["Resources"] if self.before else {}
        return str(old.get(logical_id, {}).get("DeletionPolicy", "Delete"))

    def forget(self, doomed: Doomed) -> None:
        """Take out of the account what has been deleted, or belongs to the stack no more."""
        place = doomed.stack, doomed.logical_id
        if place in self.account.obsolete:
            del self.account.obsolete[place]
        else:
            self.account.drop(*place)

    def _set_status(self, ending: str) -> None:
        held = self.account.state.stacks[self.stack.name]
        self.account.put_stack(replace(held, status=f"{self.kind.upper()}_{ending}"))

    def _situation(self) -> Situation:
        resources = self.account.resources(self.stack.name)
        return Situation(self.account.state, self.stack, resources, self.scope.parameters)


def _output_of(template: Mapping[str, Any], export: str) -> str:
    """The output with an export whose name the template writes out; empty where it doesn't."""
    outputs: Mapping[str, Mapping[str, Any]] = template.get("Outputs", {})
    return next((name for name, one in outputs.items() if one.get("Export", {}).get("Name") == export), "")
