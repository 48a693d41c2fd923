"""The conditions of a Condition step: all of them have to hold."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.errors import PipelineError

_COMPARISONS: Mapping[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "Equals": ("=", operator.eq),
    "GreaterThan": (">", operator.gt),
    "GreaterThanOrEqualTo": (">=", operator.ge),
    "LessThan": ("<", operator.lt),
    "LessThanOrEqualTo": ("<=", operator.le),
}


@dataclass(frozen=True)
class Outcome:
    """Whether a condition was true, and what was compared."""

    holds: bool
    words: str


def check_all(conditions: Any) -> None:
    """Raise PipelineError unless this is a list of conditions, with values resolved where they are known."""
    if not isinstance(conditions, list) or not conditions:
        raise PipelineError("a Condition step, and an Or, needs a list of Conditions")
    for condition in conditions:
        _check(condition)


def evaluate_all(conditions: Sequence[Mapping[str, Any]]) -> Outcome:
    """Whether all conditions hold; the words are those of the first that does not."""
    outcomes = [_evaluate(condition) for condition in conditions]
    failed = [outcome for outcome in outcomes if not outcome.holds]
    return failed[0] if failed else Outcome(True, ", ".join(outcome.words for outcome in outcomes))


def _check(condition: Any) -> None:
    kind = condition.get("Type") if isinstance(condition, dict) else None
    wanted = _OPERANDS.get(kind) if isinstance(kind, str) else None
    if wanted is None:
        raise PipelineError(
            f"the runner does not support conditions of type {kind}, only {', '.join(_OPERANDS)}"
        )
    missing = [name for name in wanted if name not in condition]
    if missing:
        raise PipelineError(f"the condition {kind} is missing {', '.join(missing)}")
    if kind == "Or":
        check_all(condition["Conditions"])
    elif kind == "Not":
        _check(condition["Expression"])
    elif kind == "In" and not isinstance(condition["Values"], list):
        raise PipelineError("the condition In needs a list of Values")


def _evaluate(condition: Mapping[str, Any]) -> Outcome:
    kind = condition["Type"]
    if kind == "Not":
        inner = _evaluate(condition["Expression"])
        return Outcome(not inner.holds, inner.words)
    if kind == "Or":
        outcomes = [_evaluate(one) for one in condition["Conditions"]]
        return Outcome(any(one.holds for one in outcomes), " or ".join(one.words for one in outcomes))
    if kind == "In":
        value, values = condition["QueryValue"], condition["Values"]
        holds = value in values
        return Outcome(holds, f"{value} is {'' if holds else 'not '}in {', '.join(map(str, values))}")
    return _compare(kind, condition["LeftValue"], condition["RightValue"])


def _compare(kind: str, left: Any, right: Any) -> Outcome:
    symbol, holds_for = _COMPARISONS[kind]
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (left, right))
    if not numbers and not (isinstance(left, str) and isinstance(right, str)) and kind != "Equals":
        raise PipelineError(f"{left!r} and {right!r} cannot be compared by {kind}")
    if holds_for(left, right):
        return Outcome(True, f"{left} {symbol} {right}")
    try:
        missed = f", missed by {abs(left - right):.4g}" if numbers and kind != "Equals" else ""
    except OverflowError:
        missed = ""
    return Outcome(False, f"{left} is not {symbol} {right}{missed}")


_OPERANDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(_COMPARISONS, ("LeftValue", "RightValue")),
    "In": ("QueryValue", "Values"),
    "Not": ("Expression",),
    "Or": ("Conditions",),
}
