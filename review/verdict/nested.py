"""Nested stacks: only the template that holds them is read, not their own."""

from collections.abc import Iterator

from review.markdown import code
from review.resource_changes import Fate, ResourceChange
from review.stack_changes import StackReview, Standing
from review.verdict.finding import Finding, Severity, section_of

_NESTED = "AWS::CloudFormation::Stack"
_INPUTS = {"TemplateURL": "its template changed", "Parameters": "its parameters changed"}


def unread_templates(review: StackReview) -> Iterator[Finding]:
    """Every nested stack of which a deployment changes what nothing here reads: what it declares."""
    if review.standing is Standing.GONE:
        return
    for change in review.resources:
        if change.resource.type == _NESTED and (why := _why(change)):
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
        return "it is made anew"
    return "; ".join(words for name, words in _INPUTS.items() if name in changed)
