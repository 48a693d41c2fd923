"""All rules over all stacks."""

from collections.abc import Callable, Iterable, Sequence

from review.stack_changes import StackReview
from review.verdict.alarms import quieter_alarms
from review.verdict.data import losses
from review.verdict.failures import failures
from review.verdict.finding import Finding, Severity
from review.verdict.grants import wider_grants
from review.verdict.guards import lost_guards
from review.verdict.methods import open_methods
from review.verdict.nested import unread_templates
from review.verdict.replacements import replacements
from review.verdict.settings import weaker_settings
from review.verdict.undone import undone

type Rule = Callable[[StackReview], Iterable[Finding]]

RULES: tuple[Rule, ...] = (
    failures,
    unread_templates,
    undone,
    losses,
    weaker_settings,
    wider_grants,
    lost_guards,
    quieter_alarms,
    open_methods,
    replacements,
)


def judge(reviews: Sequence[StackReview], more: Iterable[Finding] = ()) -> list[Finding]:
    """Every finding, with `more` that no template alone shows: the most severe first, then the heaviest, then
    by stack. That something is replaced or removed goes without saying where something worse is said."""
    found = [*more, *(finding for review in reviews for rule in RULES for finding in rule(review))]
    worse = {(one.stack, one.subject) for one in found if one.severity is not Severity.REPLACES}
    told = [
        one for one in found if one.severity is not Severity.REPLACES or (one.stack, one.subject) not in worse
    ]
    severities = list(Severity)
    return sorted(dict.fromkeys(told), key=lambda one: (severities.index(one.severity), -one.weight))
