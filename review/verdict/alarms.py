"""Alarms that stay, but go off later than before or never."""

from collections.abc import Iterator

from review.differences import ABSENT
from review.property_names import property_cell
from review.rows import resource_cell, value_cells
from review.stack_changes import StackReview, Standing
from review.values import Node, show
from review.verdict.finding import Finding, Severity, section_of

_ALARM = "AWS::CloudWatch::Alarm"
# Less data is needed to go off the smaller they are.
_AMOUNTS = ("DatapointsToAlarm", "EvaluationPeriods", "Period")


def quieter_alarms(review: StackReview) -> Iterator[Finding]:
    """Every alarm that needs a more extreme value, or more of them, than it did."""
    if review.standing is Standing.GONE:
        return
    for change in review.resources:
        if change.resource.type == _ALARM and change.old and change.new:
            for reason in _quieter(change.old.properties, change.new.properties):
                yield Finding(
                    Severity.WEAKENS, review.name, resource_cell(change), reason, section_of(change)
                )


def _quieter(old: Node, new: Node) -> Iterator[str]:
    before, after = _operator(old), _operator(new)
    if before and after and before[0] != after[0]:
        yield f"the alarm watches the other side of its threshold: {_cell('ComparisonOperator', old, new)}"
    elif before and after:
        sign = 1 if before[0] == "Greater" else -1
        then, now = _number(old, "Threshold"), _number(new, "Threshold")
        if then is not None and now is not None and sign * now > sign * then:
            yield f"the alarm goes off later or never: {_cell('Threshold', old, new)}"
        elif then == now and after[1] < before[1]:
            yield f"the alarm goes off later: {_cell('ComparisonOperator', old, new)}"
    for name in _AMOUNTS:
        then, now = _number(old, name), _number(new, name)
        if then is not None and now is not None and now > then:
            yield f"the alarm goes off later or never: {_cell(name, old, new)}"
            return


def _operator(alarm: Node) -> tuple[str, bool] | None:
    """The side of the threshold on which it goes off, and whether the threshold itself counts."""
    name = show(_property(alarm, "ComparisonOperator"))
    for side in ("Greater", "Less"):
        if name.startswith(f"{side}Than"):
            return side, "OrEqualTo" in name
    return None


def _number(alarm: Node, name: str) -> float | None:
    try:
        return float(show(_property(alarm, name)))
    except ValueError:
        return None


def _property(alarm: Node, name: str) -> Node:
    return alarm.get(name) if isinstance(alarm, dict) else None


def _cell(name: str, old: Node, new: Node) -> str:
    sides = (one.get(name, ABSENT) if isinstance(one, dict) else ABSENT for one in (old, new))
    return f"{property_cell(('Properties', name))} {' → '.join(value_cells(*sides))}"
