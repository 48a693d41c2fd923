"""What a deployment creates and then deletes."""

from collections.abc import Iterator

from review.rows import resource_cell
from review.stack_changes import StackReview, Standing
from review.verdict.finding import Finding, Severity, section_of


def undone(review: StackReview) -> Iterator[Finding]:
    """Every resource of the stack that is written over an old one and goes with its removal."""
    if review.standing is Standing.GONE:
        return
    for one in review.overwritten:
        subject, section = resource_cell(one.change), section_of(one.change)
        yield Finding(Severity.UNDOES, review.name, subject, f"is created, but {one.why}", section)
