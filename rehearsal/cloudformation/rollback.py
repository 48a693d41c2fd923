"""A stack's operation undone: what was updated is made again what it was, what was created is deleted."""

from dataclasses import replace

from rehearsal.cloudformation.outcome import Failure, Refusal, Step
from rehearsal.cloudformation.removal import Doomed, remove
from rehearsal.cloudformation.situation import Resource, Situation
from rehearsal.cloudformation.stack_update import StackUpdate
from rehearsal.cloudformation.state import Left, ResourceState
from rehearsal.cloudformation.steps import Done


def roll_back(update: StackUpdate, failure: Failure) -> Failure:
    """Undo what an update has done so far. The failure comes back with what stays and why."""
    is_stuck = _roll_back_child(update, failure)
    stuck = [_stays(update, one, "a nested stack") for one in update.done] if is_stuck else []
    stuck = stuck or _restore(update, failure)
    if is_stuck or stuck:
        _abandon_obsolete(update)
    else:
        stuck = _delete_created(update)
    _settle(update, is_stuck or bool(stuck))
    return replace(failure, left=(*failure.left, *update.left_within, *update.left, *stuck))


def _roll_back_child(update: StackUpdate, failure: Failure) -> bool:
    """The nested stack that failed; whether it is stuck."""
    child, update.failed_child = update.failed_child, None
    if child is None:
        return False
    stays = roll_back(child, replace(failure, left=())).left
    update.left_within += stays
    update.nested.append(child.operation(failure.message))
    name = child.stack.name
    if child.kind == "create" and not update.account.resources(name):
        update.account.drop_stack(name)
    return has_failed(child)


def has_failed(update: StackUpdate) -> bool:
    """Whether a rollback could not be completed."""
    held = update.account.stack(update.stack.name)
    return held is not None and held.status.endswith("ROLLBACK_FAILED")


def _restore(update: StackUpdate, failure: Failure) -> list[Left]:
    """Each resource that was there before, in the order in which it was changed; the first that can't be made
    what it was ends the rollback, and all that isn't undone yet stays as it is."""
    for position, one in enumerate(update.done):
        if one.before is None:
            continue
        refusal = _restore_one(update, one, one.before, failure)
        if refusal is not None:
            update.steps.append(_step(update, one, "UPDATE_FAILED", refusal.message))
            created = [each for each in update.done[:position] if each.before is None]
            return [_stays(update, each, refusal.message) for each in (*created, *update.done[position:])]
        update.steps.append(_step(update, one, "UPDATE_COMPLETE"))
    return []


def _restore_one(update: StackUpdate, one: Done, before: ResourceState, failure: Failure) -> Refusal | None:
    place = update.stack.name, one.logical_id
    child = update.children.get(one.logical_id)
    if child is not None and not one.replaced:
        update.left_within += roll_back(child, replace(failure, left=())).left
        if has_failed(child):
            text = f"Embedded stack {child.stack.name} was not successfully rolled back"
            return Refusal("nested-rollback-failed", text, "", ())
    elif not one.replaced:
        declared = update.stack.resources[one.logical_id]
        wanted = Resource(
            one.logical_id, before.type, before.path, before.physical_id, before.properties, declared,
            "update", one.after,
        )  # fmt: skip
        resources = update.account.resources(update.stack.name)
        situation = Situation(update.account.state, update.stack, resources, update.scope.parameters)
        refusal = update.rehearser.rollback_refusal(wanted, situation)
        if refusal is not None:
            return refusal
    update.account.put(*place, before)
    if one.replaced:
        # What replaced it is deleted with what was created.
        update.account.obsolete[place] = one.after
    return None


def _delete_created(update: StackUpdate) -> list[Left]:
    """What was created, the last first. It belongs to no stack if it can't be deleted; in a stack that was
    just created it stays there."""
    stuck = []
    for one in reversed(update.done):
        if one.before is not None and not one.replaced:
            continue
        declared = update.stack.resources[one.logical_id]
        policy = str(declared.get("DeletionPolicy", "Delete"))
        # It deletes what the operation created that is rolled back.
        policy = "Delete" if policy == "RetainExceptOnCreate" else policy
        doomed = Doomed(update.stack.name, one.logical_id, one.after, policy)
        removal = remove(update.account, update.rehearser, doomed, "rollback")
        update.steps.append(removal.step)
        update.nested += removal.nested
        update.left += removal.left
        if removal.refusal is None:
            update.forget(doomed)
            update.children.pop(one.logical_id, None)
            continue
        stays = Left(update.stack.name, one.logical_id, one.after, removal.refusal.message)
        stuck.append(stays)
        if update.kind == "update":
            update.forget(doomed)
            update.account.leave(stays)
    return stuck


def _abandon_obsolete(update: StackUpdate) -> None:
    """What was replaced, or was to replace it, and is not in the stack while the rollback doesn't go on."""
    for stack, logical_id in [place for place in update.account.obsolete if place[0] == update.stack.name]:
        resource = update.account.obsolete.pop((stack, logical_id))
        left = Left(stack, logical_id, resource, "the rollback ended before it was deleted or taken back")
        update.account.leave(left)
        update.left.append(left)


def _settle(update: StackUpdate, is_stuck: bool) -> None:
    name = update.stack.name
    ending = "ROLLBACK" if update.kind == "create" else "UPDATE_ROLLBACK"
    failed = is_stuck and (update.kind == "create" or update.nested != [] or _is_changed(update))
    held = update.account.state.stacks[name]
    status = f"{ending}_{'FAILED' if failed else 'COMPLETE'}"
    # A nested stack may have been complete: with new outputs.
    update.account.put_stack(replace(update.before or held, resources=held.resources, status=status))


def _is_changed(update: StackUpdate) -> bool:
    held = update.account.state.stacks[update.stack.name]
    return update.before is not None and held.resources != update.before.resources


def _stays(update: StackUpdate, one: Done, reason: str) -> Left:
    return Left(update.stack.name, one.logical_id, one.after, f"the rollback ended before it: {reason}")


def _step(update: StackUpdate, one: Done, status: str, reason: str = "") -> Step:
    after = one.before or one.after
    return Step(
        one.logical_id, after.type, after.path, after.physical_id, "rollback", "update", (), status, reason
    )
