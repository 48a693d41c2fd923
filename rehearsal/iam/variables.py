"""Policy variables: `${aws:PrincipalTag/team}`, with a default where one is given, and escaped characters."""

import re
from dataclasses import dataclass

# `${*}`, `${?}` and `${$}` stand for the characters themselves.
_VARIABLE = re.compile(r"\$\{(?:([*?$])|([^{}',*?$]+?)(?:\s*,\s*'([^']*)')?)\}")


@dataclass(frozen=True)
class Literal:
    """A character that stands for itself where it would be a wildcard."""

    text: str


@dataclass(frozen=True)
class Variable:
    """A key of the request's context, and what stands for it where the request doesn't carry it."""

    key: str
    default: str | None


Piece = str | Literal | Variable


def pieces(value: str, *, has_variables: bool = True) -> tuple[Piece, ...]:
    """A value of a policy, cut at its variables; what isn't a whole variable is text."""
    if not has_variables or "${" not in value:
        return (value,)
    found: list[Piece] = []
    end = 0
    for match in _VARIABLE.finditer(value):
        character, key, default = match.groups()
        found += [
            value[end : match.start()],
            Literal(character) if character else Variable(key.strip(), default),
        ]
        end = match.end()
    return tuple(one for one in (*found, value[end:]) if one != "")
