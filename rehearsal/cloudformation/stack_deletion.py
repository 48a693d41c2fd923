"""One stack deleted: each resource after what needs it."""

from collections.abc import Iterator
from dataclasses import replace

from rehearsal.cloudformation import exports, order
from rehearsal.cloudformation.account import Account
from rehearsal.cloudformation.outcome import Failure, Refusal, StackOperation, Step
from rehearsal.cloudformation.rehearser import Rehearser
from rehearsal.cloudformation.removal import Doomed, remove
from rehearsal.cloudformation.state import Left, StackState

_PROTECTION = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-protect-stacks.html"
_FAILED = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html"


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
        step, refusal, left = remove(self._account, self._rehearser, doomed, "apply")
        self._steps.append(step)
        self._left += [left] if left else []
        if refusal is not None:
            self._stuck[logical_id] = refusal
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
        return StackOperation(
            self._stack.name, "delete", tuple(self._steps), outcome, reason, tuple(self._left)
        )


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
