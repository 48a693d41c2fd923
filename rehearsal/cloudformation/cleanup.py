"""What an update leaves over: deleted in the end, once everything else is as the template has it."""

from rehearsal.cloudformation import order
from rehearsal.cloudformation.removal import Doomed, remove
from rehearsal.cloudformation.stack_update import StackUpdate
from rehearsal.cloudformation.state import Left


def clean_up(update: StackUpdate) -> None:
    """Delete what was replaced and what the template doesn't declare any more. What can't be deleted stays
    and belongs to no stack: CloudFormation gives up, and the update is complete."""
    for child in update.children.values():
        clean_up(child)
    if update.before is not None and not update.changes:
        update.account.put_stack(update.before)
        return
    for doomed in _doomed(update):
        removal = remove(update.account, update.rehearser, doomed, "cleanup")
        update.forget(doomed)
        left = removal.left
        if removal.refusal is not None:
            stays = Left(doomed.stack, doomed.logical_id, doomed.resource, removal.refusal.message)
            update.account.leave(stays)
            left = (*left, stays)
        update.steps.append(removal.step)
        update.nested += removal.nested
        update.left += left
    update.set_status("COMPLETE")


def _doomed(update: StackUpdate) -> list[Doomed]:
    """Each before what it needs: removed by the policies of the old template, replaced by those of the new
    one."""
    if update.before is None:
        return []
    old = update.before.template.get("Resources", {})
    removed = dict(update.removed())
    replaced = {one.logical_id: one.before for one in update.done if one.before and one.replaced}
    going = {**removed, **replaced}
    users = order.dependents(order.direct({id: old.get(id, {}) for id in update.before.resources}))
    found = []
    for logical_id in reversed(order.sorted_by(order.direct({id: old.get(id, {}) for id in going}))):
        if logical_id in replaced:
            policy = update.present[logical_id].get("UpdateReplacePolicy", "Delete")
        else:
            policy = old.get(logical_id, {}).get("DeletionPolicy", "Delete")
        waits_for = tuple(one for one in users[logical_id] if one in going)
        found.append(Doomed(update.stack.name, logical_id, going[logical_id], str(policy), waits_for))
    return found
