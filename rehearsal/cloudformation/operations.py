"""Deploys the stacks of an assembly onto what an account holds, and destroys them, as CDK's CLI does."""

from collections.abc import Collection, Iterable, Mapping

from rehearsal.cloudformation import order
from rehearsal.cloudformation.account import Account
from rehearsal.cloudformation.cleanup import clean_up
from rehearsal.cloudformation.declared import Declared, DeclaredStack
from rehearsal.cloudformation.outcome import Deployment, Failure, Refusal, StackOperation
from rehearsal.cloudformation.parameters import depends_on_ssm
from rehearsal.cloudformation.refused import Refused, StackFailed
from rehearsal.cloudformation.rehearser import Permissions, Place, Rehearser
from rehearsal.cloudformation.removal import delete
from rehearsal.cloudformation.rollback import roll_back
from rehearsal.cloudformation.situation import Check
from rehearsal.cloudformation.stack_update import StackUpdate
from rehearsal.cloudformation.state import StackState, State

_CREATION_FAILED = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED")
_UPDATABLE = (
    *("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"),
    *("IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"),
)
_PAGE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html"
_CIRCLES = "https://docs.aws.amazon.com/cdk/v2/guide/resources.html"


def deploy(
    state: State,
    declared: Declared,
    *,
    only: Collection[str] | None = None,
    faults: Mapping[Place, str] | None = None,
    rollback_faults: Mapping[Place, str] | None = None,
    checks: Iterable[Check] = (),
    permissions: Permissions | None = None,
) -> Deployment:
    """What `cdk deploy` of all stacks (`only` these, without those they depend on) does to an account.

    `faults` make resources fail, by stack and logical id, with a message; `rollback_faults` make a rollback
    fail there. Stacks that aren't declared any more stay as they are. It ends with the first failure.
    """
    rehearser = Rehearser(faults or {}, rollback_faults or {}, tuple(checks), permissions)
    account = Account(state)
    operations: list[StackOperation] = []
    try:
        names = _deployment_order(declared)
    except Refused as error:
        return Deployment((), state, _of_stack("", error.refusal))
    for name in names:
        if only is not None and name not in only:
            continue
        found, failure = _deploy(account, declared.stacks[name], rehearser)
        operations += found
        if failure is not None:
            return Deployment(tuple(operations), account.state, failure)
    return Deployment(tuple(operations), account.state)


def destroy(
    state: State,
    stacks: Collection[str] | None = None,
    *,
    declared: Declared | None = None,
    faults: Mapping[Place, str] | None = None,
    permissions: Permissions | None = None,
) -> Deployment:
    """What `cdk destroy` of these stacks (by default all) does: each after those that depend on it or import
    from it. It ends with the first failure."""
    rehearser = Rehearser(faults or {}, permissions=permissions)
    account = Account(state)
    operations: list[StackOperation] = []
    wanted = {name: one for name, one in state.stacks.items() if one.parent is None}
    if stacks is not None:
        wanted = {name: one for name, one in wanted.items() if name in stacks}
    try:
        names = order.sorted_by(_needs(wanted, declared))
    except Refused as error:
        return Deployment((), state, _of_stack("", error.refusal))
    for name in reversed(names):
        operation, failure = delete(account, account.state.stacks[name], rehearser)
        operations.append(operation)
        if failure is not None:
            return Deployment(tuple(operations), account.state, failure)
    return Deployment(tuple(operations), account.state)


def _needs(wanted: Mapping[str, StackState], declared: Declared | None) -> dict[str, set[str]]:
    found = {}
    for name, stack in wanted.items():
        by_app = declared.stacks[name].dependencies if declared and name in declared.stacks else ()
        exporters = (one for one, other in wanted.items() if other.exports.keys() & {*stack.imports})
        found[name] = {*by_app, *exporters} - {name}
    return found


def _deployment_order(declared: Declared) -> list[str]:
    needs = {name: set(stack.dependencies) for name, stack in declared.stacks.items()}
    try:
        return order.sorted_by(needs)
    except Refused as error:
        text = error.refusal.message.replace("between resources", "between stacks")
        ways = ("pass the value through an SSM parameter or a conventional name in one of the directions",)
        raise Refused(Refusal("circular-stacks", text, _CIRCLES, ways)) from None


def _deploy(
    account: Account, stack: DeclaredStack, rehearser: Rehearser
) -> tuple[list[StackOperation], Failure | None]:
    """The operations on one stack: more than one where a failed creation is cleared away before."""
    before = account.stack(stack.name)
    if stack.errors:
        return [_none(stack.name, before, stack.errors[0])], None
    if not stack.resources:
        return _empty(account, stack, before, rehearser)
    if before is None or before.status in _UPDATABLE:
        return _update(account, stack, before, rehearser)
    if before.status in _CREATION_FAILED:
        operation, failure = delete(account, before, rehearser)
        if failure is not None:
            return [operation], failure
        found, failure = _update(account, stack, None, rehearser)
        return [operation, *found], failure
    refusal = Refusal(
        "stack-not-updatable",
        f"Stack:{stack.name} is in {before.status} state and can not be updated.",
        _PAGE,
        _ways_on(before),
    )
    return [_none(stack.name, before, refusal.message)], _of_stack(stack.name, refusal)


def _ways_on(stack: StackState) -> tuple[str, ...]:
    if stack.status == "UPDATE_ROLLBACK_FAILED":
        return (
            f"aws cloudformation continue-update-rollback --stack-name {stack.name}, once what failed is "
            "repaired; --resources-to-skip LOGICALID leaves a resource as it is",
            f"cdk rollback {stack.name}",
        )
    if stack.status.endswith("_IN_PROGRESS"):
        return (f"wait until {stack.name} is ready, and deploy again",)
    return (f"cdk destroy {stack.name}, once what blocks it is gone, and deploy again",)


def _empty(
    account: Account, stack: DeclaredStack, before: StackState | None, rehearser: Rehearser
) -> tuple[list[StackOperation], Failure | None]:
    """CDK's command line doesn't deploy a stack without resources, and destroys the one that is there."""
    if before is None:
        return [_none(stack.name, before, "the stack has no resources")], None
    operation, failure = delete(account, before, rehearser)
    return [operation], failure


def _update(
    account: Account, stack: DeclaredStack, before: StackState | None, rehearser: Rehearser
) -> tuple[list[StackOperation], Failure | None]:
    update = StackUpdate(account, stack, rehearser)
    if before is not None and _is_same(stack, before):
        return [_none(stack.name, before, "no changes")], None
    try:
        update.begin()
    except StackFailed as error:
        return [update.operation(error.failure.message)], error.failure
    try:
        update.apply()
    except StackFailed as error:
        failure = roll_back(update, error.failure)
        return [update.operation(error.failure.message)], failure
    clean_up(update)
    return [update.operation()], None


def _is_same(stack: DeclaredStack, before: StackState) -> bool:
    return (
        stack.template == before.template
        and stack.termination_protection == before.termination_protection
        and all(before.parameters.get(name) == value for name, value in stack.parameters.items())
        and not depends_on_ssm(stack)
        and not stack.nested
    )


def _none(name: str, before: StackState | None, reason: str) -> StackOperation:
    return StackOperation(name, "none", (), before.status if before else "", reason)


def _of_stack(name: str, refusal: Refusal) -> Failure:
    return Failure(name, "", "", "", refusal.kind, refusal.message, refusal.source, refusal.ways_out)
