"""CloudFormation's conditions: whether a part of a template is there."""

from typing import Any

from assembly.errors import AssemblyError
from assembly.intrinsics import Scope, resolve, text

_FEWEST, _MOST = 2, 10


def holds(expression: Any, scope: Scope) -> bool:
    """Whether a condition holds: Fn::Equals, Fn::And, Fn::Or, Fn::Not, or another condition by its name.

    Raises AssemblyError for anything else, and where a value has to be known and is not.
    """
    if isinstance(expression, dict) and len(expression) == 1:
        [(function, argument)] = expression.items()
        if function == "Condition":
            return scope.condition(text(argument, "Condition"))
        if function == "Fn::Equals":
            first, second = (_compared(one, scope) for one in _operands(function, argument, 2, 2))
            return first == second
        if function == "Fn::Not":
            [negated] = _operands(function, argument, 1, 1)
            return not holds(negated, scope)
        if function in ("Fn::And", "Fn::Or"):
            operands = _operands(function, argument, _FEWEST, _MOST)
            found = [holds(one, scope) for one in operands]
            return all(found) if function == "Fn::And" else any(found)
    raise AssemblyError(
        f"a condition is Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition, not {expression!r}"
    )


def _compared(value: Any, scope: Scope) -> str:
    return text(resolve(value, scope), "Fn::Equals")


def _operands(function: str, argument: Any, fewest: int, most: int) -> list[Any]:
    if not isinstance(argument, list) or not fewest <= len(argument) <= most:
        count = f"{fewest}" if fewest == most else f"{fewest} to {most}"
        raise AssemblyError(f"{function} takes a list of {count}")
    return argument
