"""True, False, and None for what isn't known: the logic of conditions whose facts are incomplete."""

from collections.abc import Iterable

Ternary = bool | None


def any_of(values: Iterable[Ternary]) -> Ternary:
    """True where one is, None where one may be."""
    found: Ternary = False
    for one in values:
        if one:
            return True
        if one is None:
            found = None
    return found


def all_of(values: Iterable[Ternary]) -> Ternary:
    """False where one is, None where one may be."""
    found: Ternary = True
    for one in values:
        if one is None:
            found = None
        elif not one:
            return False
    return found


def negated(value: Ternary) -> Ternary:
    return None if value is None else not value
