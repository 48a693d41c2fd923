"""What CloudFormation or the CDK would refuse."""

from collections.abc import Iterator

from assembly.markdown import code, codes
from review.resource_changes import Fate
from review.rows import resource_cell
from review.stack_changes import StackReview, Standing
from review.verdict.finding import Finding, Severity


def failures(review: StackReview) -> Iterator[Finding]:
    """Every reason why the stack cannot be deployed; none for a stack that no deployment touches any more."""
    if review.standing is Standing.GONE:
        return
    for error in review.new_errors:
        yield Finding(Severity.FAILS, review.name, "", f"the app itself says: {code(error)}")
    for name in review.missing:
        reason = f"{code(name)} is not in the assembly: synthesize it again"
        yield Finding(Severity.FAILS, review.name, "", reason)
    yield from _exports(review)
    for taken in review.taken:
        reason = f"the name {code(taken.name)} is taken: {taken.why}"
        section = Fate.ADDED if taken.change.fate is Fate.ADDED else Fate.REPLACED
        yield Finding(
            Severity.FAILS, review.name, resource_cell(taken.change), reason, section.value.capitalize()
        )
    yield from _types(review)
    for fault in review.faults:
        yield Finding(Severity.FAILS, review.name, "", fault)


def _exports(review: StackReview) -> Iterator[Finding]:
    for output in review.outputs:
        what = "is no longer exported" if output.removed else "changes"
        if output.importers:
            reason = f"{code(output.name)} {what} while {codes(output.importers)} imports it"
            yield Finding(Severity.FAILS, review.name, "", reason, "Outputs")
        elif output.leaving:
            reason = (
                f"{code(output.name)} {what} while what is deployed of {codes(output.leaving)} imports it, "
                "unless that is deployed first"
            )
            yield Finding(Severity.FAILS, review.name, "", reason, "Outputs")


def _types(review: StackReview) -> Iterator[Finding]:
    removed = {change.resource.logical_id: change for change in review.of(Fate.REMOVED)}
    for change in review.of(Fate.ADDED):
        if before := removed.get(change.resource.logical_id):
            reason = (
                f"logical id {code(change.resource.logical_id)} changes its type, which CloudFormation "
                f"refuses; it was a {before.resource.type}"
            )
            yield Finding(Severity.FAILS, review.name, resource_cell(change), reason, "Added")
