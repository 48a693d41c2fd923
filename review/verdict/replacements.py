"""What is made anew or goes."""

from collections.abc import Iterator

from review.resource_changes import Fate
from review.rows import resource_cell
from review.stack_changes import StackReview, Standing
from review.verdict.finding import Finding, Severity


def replacements(review: StackReview) -> Iterator[Finding]:
    """Every resource that is replaced or removed."""
    if review.standing is Standing.GONE:
        return
    for fate, what in ((Fate.REPLACED, "is made anew, the old one is"), (Fate.REMOVED, "is removed and")):
        for change in review.of(fate):
            reason = f"{what} {change.old_is}"
            yield Finding(
                Severity.REPLACES, review.name, resource_cell(change), reason, fate.value.capitalize()
            )
