"""Values of policies as they are compared: compiled once, but for those with policy variables."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Protocol

from rehearsal.iam.ternary import Ternary
from rehearsal.iam.variables import Literal, Piece, Variable, pieces

_ARN_PARTS = 6
# What an asterisk stands for: anything, or anything within one of the parts of an ARN.
_ANYTHING, _WITHIN = ".*", "[^:]*"


class Values(Protocol):
    """The values of variables."""

    def value(self, key: str) -> str | None:
        """The value of a key, None where the request doesn't carry it. Raises Unknown."""


class Unknown(Exception):
    """Whether the request carries a key, or which value it has, isn't known."""


class Pattern:
    """What a value of a request is compared with as a whole."""

    def __init__(self, parts: Sequence[str | Variable], flags: int = 0) -> None:
        self._flags = flags | re.DOTALL
        self._parts = parts
        fixed = [one for one in parts if isinstance(one, str)]
        self._fixed = re.compile("".join(fixed), self._flags) if len(fixed) == len(parts) else None

    def matches(self, text: str, values: Values, *, without: Ternary = False) -> Ternary:
        """Whether it is the text; `without` where one of its variables has no value."""
        if self._fixed is not None:
            return self._fixed.fullmatch(text) is not None
        try:
            filled = [one if isinstance(one, str) else _filled(one, values) for one in self._parts]
        except Unknown:
            return None
        if None in filled:
            return without
        return _compiled("".join(one or "" for one in filled), self._flags).fullmatch(text) is not None


def exact(value: str, *, has_variables: bool, ignore_case: bool = False) -> Pattern:
    """A text whose `*` and `?` are no wildcards."""
    found = [
        one if isinstance(one, Variable) else re.escape(one if isinstance(one, str) else one.text)
        for one in pieces(value, has_variables=has_variables)
    ]
    return Pattern(found, re.IGNORECASE if ignore_case else 0)


def wild(value: str, *, has_variables: bool, ignore_case: bool = False) -> Pattern:
    """A text with wildcards, which reach over anything."""
    found = _expressions(pieces(value, has_variables=has_variables), _ANYTHING)
    return Pattern([*found], re.IGNORECASE if ignore_case else 0)


def glob(value: str) -> re.Pattern[str]:
    """A text with wildcards as a regular expression; it has no variables."""
    return _compiled("".join(str(one) for one in _expressions((value,), _ANYTHING)), re.DOTALL)


def action(value: str) -> Pattern:
    """An action with wildcards; it has neither case nor variables."""
    return wild(value, has_variables=False, ignore_case=True)


def resource(value: str, *, has_variables: bool) -> Pattern:
    """A value of Resource. An asterisk at the end of a part of an ARN reaches beyond the colon, one within a
    part doesn't; the last part holds whatever colons it likes."""
    parts = _split(pieces(value, has_variables=has_variables))
    found: list[str | Variable] = []
    for part in parts[:-1]:
        *before, last = part or ("",)
        if isinstance(last, str) and last.endswith("*"):
            found += [*_expressions((*before, last[:-1]), _WITHIN), _ANYTHING + ":"]
        else:
            found += [*_expressions(part, _WITHIN), ":"]
    return Pattern([*found, *_expressions(parts[-1], _ANYTHING)])


def arn(value: str, *, has_variables: bool) -> Pattern | None:
    """A value of an ARN operator, which compares each of the six parts with the one at its place; None for
    one that has fewer. `*` alone is every ARN."""
    parts = _split(pieces(value, has_variables=has_variables))
    if value == "*":
        return Pattern([_ANYTHING])
    if len(parts) < _ARN_PARTS:
        return None
    found: list[str | Variable] = []
    for part in parts[:-1]:
        found += [*_expressions(part, _WITHIN), ":"]
    return Pattern([*found, *_expressions(parts[-1], _ANYTHING)])


def _split(whole: Iterable[Piece]) -> list[tuple[Piece, ...]]:
    """The parts of an ARN; a colon within a variable is none of its colons."""
    parts: list[list[Piece]] = [[]]
    for piece in whole:
        if not isinstance(piece, str):
            parts[-1].append(piece)
            continue
        first, *others = piece.split(":", _ARN_PARTS - len(parts))
        parts[-1].append(first)
        parts += [[one] for one in others]
    return [tuple(one for one in part if one != "") for part in parts]


def _expressions(part: Iterable[Piece], asterisk: str) -> Iterator[str | Variable]:
    for one in part:
        match one:
            case str():
                yield "".join({"*": asterisk, "?": "."}.get(each) or re.escape(each) for each in one)
            case Literal(text):
                yield re.escape(text)
            case Variable():
                yield one


def _filled(variable: Variable, values: Values) -> str | None:
    value = values.value(variable.key)
    value = variable.default if value is None else value
    return None if value is None else re.escape(value)


@lru_cache(maxsize=4096)
def _compiled(expression: str, flags: int) -> re.Pattern[str]:
    return re.compile(expression, flags)
