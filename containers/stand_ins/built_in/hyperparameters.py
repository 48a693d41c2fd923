"""Hyperparameters of an algorithm: names, types and ranges, refused as the managed images refuse them.

An algorithm's stand-in has a table of `Hyperparameter` by name and calls `validate` with it.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from toolkit import tabular

# Of the parsers of literals and of JSON: `{[]: 1}` is a TypeError, and what nests too deeply one of the last.
_NOT_PARSED = (ValueError, TypeError, SyntaxError, RecursionError, MemoryError)


_WHOLE = re.compile(r"[+-]?[0-9]+")


class Refused(ValueError):
    """A hyperparameter or a channel that the image does not accept; the message is the image's."""


class Interval:
    """A range of numbers, written and read as the images write it: `(0, 1]`; an `inf` is not a limit."""

    def __init__(self, text: str) -> None:
        low, high = text[1:-1].split(",")
        self._low = None if low.strip() == "-inf" else float(low)
        self._high = None if high.strip() == "+inf" else float(high)
        self._low_open, self._high_open = text[0] == "(", text[-1] == ")"
        self._text = text

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, int | float):
            return False
        above = self._low is None or value > self._low or (value == self._low and not self._low_open)
        below = self._high is None or value < self._high or (value == self._high and not self._high_open)
        return above and below

    def __str__(self) -> str:
        return self._text


class Choice(list[str]):
    """A range of words."""


@dataclass(frozen=True)
class Hyperparameter:
    """How one hyperparameter is parsed, and what it may be."""

    parse: Callable[[str], Any]
    range: Any
    several: bool = False

    def validated(self, name: str, text: str) -> Any:
        """The value that the text stands for; refuses one that does not parse or is out of range."""
        try:
            value = self.parse(text)
        except _NOT_PARSED as error:
            raise Refused(
                f"Hyperparameter {name}: could not parse value (caused by {type(error).__name__})"
            ) from None
        if self.several:
            if not isinstance(value, list | tuple) or not all(item in self.range for item in _flat(value)):
                raise Refused(f"Hyperparameter {name}: value {value} not in range {self.range}")
        elif value not in self.range:
            raise Refused(f"Hyperparameter {name}: {value} is not in {self.range}")
        return value


def whole_number(text: str) -> int:
    """In ASCII digits alone, as in CSV; Python takes `1_0`, ` 2 ` and the digits of other scripts, too."""
    if not _WHOLE.fullmatch(text):
        raise ValueError("not a whole number")
    return int(text)


def real_number(text: str) -> float:
    """A number as a cell of CSV may be, without spaces; infinity and NaN are left to the range."""
    if text != text.strip() or not tabular.NUMBER.fullmatch(text.encode()):
        raise ValueError("not a number")
    return float(text)


def integer(text: str) -> Hyperparameter:
    """A whole number in the interval that the text writes."""
    return Hyperparameter(whole_number, Interval(text))


def continuous(text: str) -> Hyperparameter:
    """A number in the interval that the text writes."""
    return Hyperparameter(real_number, Interval(text))


def one_of(*words: str) -> Hyperparameter:
    return Hyperparameter(str, Choice(words))


def validate(
    given: Mapping[str, str], table: Mapping[str, Hyperparameter], required: Collection[str] = ()
) -> dict[str, Any]:
    """The values of what was given; refuses one that is missing, one without a row in the table, and one out
    of its range."""
    for name in required:
        if name not in given:
            raise Refused(f"Missing required hyperparameter: {name}")
    for name in given:
        if name not in table:
            raise Refused(f"Extraneous hyperparameter found: {name}")
    return {name: table[name].validated(name, str(text)) for name, text in given.items()}


def _flat(value: Sequence[Any]) -> list[Any]:
    return [leaf for item in value for leaf in (item if isinstance(item, list) else [item])]
