"""Condition operators, their IfExists and set forms, and what holds where a key is missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from rehearsal.iam.operators import OPERATORS, Comparison, Operator
from rehearsal.iam.patterns import Unknown, Values
from rehearsal.iam.ternary import Ternary, all_of, any_of, negated

_IF_EXISTS = "IfExists"
_ALL, _ANY = "ForAllValues", "ForAnyValue"
_NULL = "Null"


class Context(Values, Protocol):
    """The keys that a request carries."""

    def values(self, key: str) -> tuple[str, ...] | None:
        """The values of a key, None where the request doesn't carry it. Raises Unknown."""

    def note(self, fact: str) -> None:
        """Keep what isn't known, and what the answer depends on."""


Condition = Callable[[Context], Ternary]


@dataclass(frozen=True)
class Name:
    """An operator's name, taken apart."""

    operator: str
    of_set: str
    if_exists: bool

    @classmethod
    def read(cls, written: str) -> "Name":
        """Raises ValueError for an operator that doesn't exist."""
        prefix, colon, rest = written.partition(":")
        of_set, name = (prefix, rest) if colon else ("", written)
        operator = name.removesuffix(_IF_EXISTS)
        known = operator in OPERATORS or name == _NULL
        if not known or (colon and of_set not in (_ALL, _ANY)):
            raise ValueError(f"there is no condition operator {written}")
        return cls(operator, of_set, operator != name)


def is_operator(written: str) -> bool:
    """Whether there is a condition operator of this name, with or without its forms."""
    try:
        Name.read(written)
    except ValueError:
        return False
    return True


def condition(written: str, key: str, values: Sequence[str], *, has_variables: bool) -> Condition:
    """One key of one operator of a Condition element, as a function of what a request carries."""
    name = Name.read(written)
    if name.operator == _NULL:
        return _null(key, values)
    operator = OPERATORS[name.operator]
    compare = operator.compiled(values, has_variables)
    if name.of_set:
        return _of_set(name, key, operator, compare)
    return _of_one(name, key, operator, compare)


def conditions(
    written: Mapping[str, Mapping[str, tuple[str, ...]]], *, has_variables: bool
) -> list[Condition]:
    """Every key of every operator of a Condition element; all have to hold."""
    return [
        condition(operator, key, values, has_variables=has_variables)
        for operator, keys in written.items()
        for key, values in keys.items()
    ]


def _null(key: str, values: Sequence[str]) -> Condition:
    wanted = {one.lower() for one in values}

    def holds(context: Context) -> Ternary:
        try:
            missing = not context.values(key)
        except Unknown:
            return None if wanted != {"true", "false"} else True
        return ("true" if missing else "false") in wanted

    return holds


def _of_one(name: Name, key: str, operator: Operator, compare: Comparison) -> Condition:
    missing = name.if_exists or operator.is_negated
    written = name.operator

    def holds(context: Context) -> Ternary:
        try:
            found = context.values(key)
        except Unknown:
            return None
        if not found:
            return missing
        if len(found) > 1:
            context.note(f"how {written} compares the {len(found)} values of {key}, without a set operator")
            return None
        return _judged(operator, compare, found[0], context)

    return holds


def _of_set(name: Name, key: str, operator: Operator, compare: Comparison) -> Condition:
    every = name.of_set == _ALL

    def holds(context: Context) -> Ternary:
        try:
            found = context.values(key)
        except Unknown:
            return None
        if found is None and name.if_exists:
            return True
        if not found or found == ("",):
            return every
        each = (_judged(operator, compare, one, context) for one in found)
        return all_of(each) if every else any_of(each)

    return holds


def _judged(operator: Operator, compare: Comparison, value: str, context: Context) -> Ternary:
    found = compare(value, context)
    return negated(found) if operator.is_negated else found
