"""Resources and whole stacks deleted, or retained."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from rehearsal.cloudformation import exports, order
from rehearsal.cloudformation.account import Account
from rehearsal.cloudformation.behaviors import behavior
from rehearsal.cloudformation.declared import NESTED_STACK
from rehearsal.cloudformation.outcome import Action, Failure, Phase, Refusal, StackOperation, Step
from rehearsal.cloudformation.rehearser import Rehearser
from rehearsal.cloudformation.state import Left, ResourceState, StackState

_PROTECTION: Final = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-protect-stacks.html"
)
_FAILED: Final = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html"


@dataclass(frozen=True)
class Doomed:
    """A resource that its stack has no use for. `policy` is what CloudFormation does with it."""

    stack: str
    logical_id: str
    resource: ResourceState
    policy: str
    waits_for: tuple[str, ...] = ()

    @property
    def is_retained(self) -> bool:
        return self.policy in ("Retain", "RetainExceptOnCreate")

    def step(self, phase: Phase, status: str, reason: str = "") -> Step:
        one = self.resource
        action: Action = "retain" if self.is_retained else "delete"
        return Step(
            self.logical_id,
            one.type,
            one.path,
            one.physical_id,
            phase,
            action,
            self.waits_for,
            status,
            reason,
        )


@dataclass(frozen=True)
class Removal:
    """What was done to a resource: the step, why it failed, what is left, and what was done to the stack that
    it is."""

    step: Step
    refusal: Refusal | None = None
    left: tuple[Left, ...] = ()
    nested: tuple[StackOperation, ...] = ()


def remove(account: Account, rehearser: Rehearser, doomed: Doomed, phase: Phase) -> Removal:
    """Delete or retain what isn't to be in its stack any more."""
    one = doomed.resource
    if doomed.is_retained:
        left = Left(doomed.stack, doomed.logical_id, one, f"its policy is {doomed.policy}")
        account.leave(left)
        return Removal(doomed.step(phase, "DELETE_SKIPPED", left.reason), None, (left,))
    stack = account.stack(one.physical_id) if one.type == NESTED_STACK else None
    if stack is not None:
        return _remove_nested(account, stack, rehearser, doomed, phase)
    refusal = rehearser.deletion_refusal(
        doomed.stack, doomed.logical_id, one, account, rolls_back=phase == "rollback"
    )
    if refusal is None:
        account.state = behavior(one.type).deleted(one, account.state)
        return Removal(doomed.step(phase, "DELETE_COMPLETE"))
    return Removal(doomed.step(phase, "DELETE_FAILED", refusal.message), refusal)


def _remove_nested(
    account: Account, stack: StackState, rehearser: Rehearser, doomed: Doomed, phase: Phase
) -> Removal:
    operation, failure = delete(account, stack, rehearser)
    if failure is None:
        return Removal(doomed.step(phase, "DELETE_COMPLETE"), None, operation.left, (operation,))
    text = f"Embedded stack {stack.name} was not successfully deleted: {failure.message}"
    refusal = Refusal(failure.kind, text, failure.source, failure.ways_out)
    return Removal(doomed.step(phase, "DELETE_FAILED", text), refusal, operation.left, (operation,))


def delete(
    account: Account, stack: StackState, rehearser: Rehearser
) -> tuple[StackOperation, Failure | None]:
    """Delete a stack. What can't be deleted stays in it, with what it needs; the rest is gone."""
    refusal = next(_refusals(account, stack), None)
    if refusal is not None:
        operation = StackOperation(stack.name, "delete", (), stack.status, refusal.message)
        return operation, _failure(stack, "", refusal)
    return _Deletion(account, stack, rehearser).run()


class _Deletion:
    def __init__(self, account: Account, stack: StackState, rehearser: Rehearser) -> None:
        self._account, self._stack, self._rehearser = account, stack, rehearser
        self._steps: list[Step] = []
        self._left: list[Left] = []
        self._nested: list[StackOperation] = []
        self._stuck: dict[str, Refusal] = {}

    def run(self) -> tuple[StackOperation, Failure | None]:
        declared = self._stack.template.get("Resources", {})
        held = {id: declared.get(id, {}) for id in self._stack.resources}
        needs = order.direct(held)
        users = order.dependents(needs)
        kept: set[str] = set()
        for logical_id in reversed(order.sorted_by(needs)):
            if logical_id in kept or not self._is_gone(logical_id, users[logical_id]):
                kept.update((logical_id, *needs[logical_id]))
        return self._ended()

    def _is_gone(self, logical_id: str, users: tuple[str, ...]) -> bool:
        resource = self._stack.resources[logical_id]
        declared = self._stack.template.get("Resources", {}).get(logical_id, {})
        policy = str(declared.get("DeletionPolicy", "Delete"))
        doomed = Doomed(self._stack.name, logical_id, resource, policy, users)
        removal = remove(self._account, self._rehearser, doomed, "apply")
        self._steps.append(removal.step)
        self._left += removal.left
        self._nested += removal.nested
        if removal.refusal is not None:
            self._stuck[logical_id] = removal.refusal
            return False
        self._account.drop(self._stack.name, logical_id)
        return True

    def _ended(self) -> tuple[StackOperation, Failure | None]:
        name = self._stack.name
        if not self._stuck:
            self._account.drop_stack(name)
            return self._operation("DELETE_COMPLETE"), None
        rest = self._account.state.stacks[name]
        self._account.put_stack(replace(rest, status="DELETE_FAILED"))
        first, refusal = next(iter(self._stuck.items()))
        stays = tuple(
            Left(
                name,
                id,
                one,
                self._stuck[id].message if id in self._stuck else "something that stays needs it",
            )
            for id, one in rest.resources.items()
        )
        reason = f"The following resource(s) failed to delete: [{', '.join(self._stuck)}]."
        failure = replace(_failure(self._stack, first, refusal), left=(*self._left, *stays))
        return self._operation("DELETE_FAILED", reason), failure

    def _operation(self, outcome: str, reason: str = "") -> StackOperation:
        steps, left, nested = tuple(self._steps), tuple(self._left), tuple(self._nested)
        return StackOperation(self._stack.name, "delete", steps, outcome, reason, left, nested)


def _refusals(account: Account, stack: StackState) -> Iterator[Refusal]:
    name = stack.name
    if stack.termination_protection:
        yield Refusal(
            "termination-protection",
            f"Stack [{name}] cannot be deleted while TerminationProtection is enabled",
            _PROTECTION,
            (
                "aws cloudformation update-termination-protection --no-enable-termination-protection "
                f"--stack-name {name}",
            ),
        )
    for export in stack.exports:
        users = [one for one in account.importers(export) if one != name]
        if users:
            found = exports.in_use(export, users, "deleted")
            yield replace(found, ways_out=(f"cdk destroy {' '.join(users)} first",))


def _failure(stack: StackState, logical_id: str, refusal: Refusal) -> Failure:
    held = stack.resources.get(logical_id)
    return Failure(
        stack.name,
        logical_id,
        held.type if held else "",
        held.path if held else "",
        refusal.kind,
        refusal.message,
        refusal.source or _FAILED,
        refusal.ways_out,
    )
