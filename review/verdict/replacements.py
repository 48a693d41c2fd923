"""Resources that are replaced or removed."""

from collections.abc import Iterator

from review.differences import Difference
from review.resource_changes import Fate
from review.rows import resource_cell, value_cells
from review.stack_changes import StackReview, Standing
from review.verdict.finding import Finding, Severity


def replacements(review: StackReview) -> Iterator[Finding]:
    """Every resource that is replaced or removed, and a stack that moves as a whole."""
    if review.standing is Standing.GONE:
        return
    for one in review.settings:
        if one.path == ("stack", "stackName") or (one.path == ("environment",) and _elsewhere(one)):
            before, after = value_cells(one.old, one.new)
            reason = f"{before} → {after}: a new stack is made; the old one stays, with everything in it"
            yield Finding(Severity.REPLACES, review.name, "", reason, "The stack itself")
    for fate, what in ((Fate.REPLACED, "is recreated, the old one is"), (Fate.REMOVED, "is removed and")):
        for change in review.of(fate):
            reason = f"{what} {change.old_is}"
            yield Finding(
                Severity.REPLACES, review.name, resource_cell(change), reason, fate.value.capitalize()
            )


def _elsewhere(environment: Difference) -> bool:
    """Whether the account or the region is another one, where both sides say which."""
    before, after = (str(side).split(", ") for side in (environment.old, environment.new))
    unsaid = ("any account", "unknown-region")
    return any(
        old != new and old not in unsaid and new not in unsaid for old, new in zip(before, after, strict=True)
    )
