"""Nested stacks whose templates are not in the assembly; one that is there is read as a stack of its own."""

from collections.abc import Iterator

from assembly.markdown import code
from review.assembly import NESTED_STACK
from review.resource_changes import Fate, ResourceChange
from review.stack_changes import StackReview, Standing
from review.verdict.finding import Finding, Severity, section_of

_INPUTS = {"TemplateURL": "its template changed", "Parameters": "its parameters changed"}


def unread_templates(review: StackReview) -> Iterator[Finding]:
    """Every nested stack of which a deployment changes what nothing here can read: what it declares."""
    if review.standing is Standing.GONE:
        return
    for change in review.resources:
        unread = any(side is not None and not side.nested for side in (change.old, change.new))
        if change.resource.type == NESTED_STACK and unread and (why := _why(change)):
            name = code(change.resource.path)
            reason = f"cannot judge the nested stack {name}: {why}"
            yield Finding(Severity.UNREAD, review.name, "", reason, section_of(change))


def _why(change: ResourceChange) -> str:
    if change.fate is Fate.ADDED:
        return "it is new"
    if change.fate is Fate.REMOVED:
        return "it is removed, with what its template declares"
    paths = [*(one.path for one in (*change.differences, *change.contents)), *change.follows]
    changed = {path[1] for path in paths if path[0] == "Properties" and len(path) > 1}
    if change.fate is Fate.REPLACED:
        return "it is recreated"
    return "; ".join(words for name, words in _INPUTS.items() if name in changed)
