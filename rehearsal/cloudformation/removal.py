"""One resource deleted, or retained."""

from dataclasses import dataclass

from rehearsal.cloudformation.account import Account
from rehearsal.cloudformation.behaviors import behavior
from rehearsal.cloudformation.outcome import Action, Phase, Refusal, Step
from rehearsal.cloudformation.rehearser import Rehearser
from rehearsal.cloudformation.state import Left, ResourceState


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


def remove(
    account: Account, rehearser: Rehearser, doomed: Doomed, phase: Phase
) -> tuple[Step, Refusal | None, Left | None]:
    """Delete or retain what isn't in its stack any more; says what was done, and what is left."""
    one = doomed.resource
    if doomed.is_retained:
        left = Left(doomed.stack, doomed.logical_id, one, f"its policy is {doomed.policy}")
        account.leave(left)
        return doomed.step(phase, "DELETE_SKIPPED", left.reason), None, left
    refusal = rehearser.deletion_refusal(
        doomed.stack, doomed.logical_id, one, account, rolls_back=phase == "rollback"
    )
    if refusal is None:
        account.state = behavior(one.type).deleted(one, account.state)
        return doomed.step(phase, "DELETE_COMPLETE"), None, None
    return doomed.step(phase, "DELETE_FAILED", refusal.message), refusal, None
