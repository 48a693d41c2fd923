"""The JSONPath that batch transform takes: the operators that AWS documents, and no others."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from local.errors import JobError

_NAME = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_NUMBER = r"-?\d+"
_SELECTOR = rf"(?:{_NUMBER})?:(?:{_NUMBER})?|{_NUMBER}"
_STEP = re.compile(
    rf"\.(?P<name>[^\s.\[\]'\"*,:()?@$]+)|\.?\[\s*(?P<names>(?:{_NAME})(?:\s*,\s*(?:{_NAME}))*)\s*\]"
    rf"|\[\s*(?P<numbers>(?:{_SELECTOR})(?:\s*,\s*(?:{_SELECTOR}))*)\s*\]|(?P<every>\.\*|\.?\[\s*\*\s*\])"
)
_OPERATORS = "$, .name, ['name','name'], [0,2], [-1], [1:], [1:3], .* and [*]"

# From one value to those that a step selects in it.
_Select = Callable[[Any], list[Any]]


class NothingSelectedError(JobError):
    """A record does not have what a path selects."""


@dataclass(frozen=True)
class _Step:
    select: _Select
    definite: bool


class JsonPath:
    """A path, such as `$[1:]` or `$['id','SageMakerOutput']`.

    Raises JobError for anything but the documented operators; several names are the last of a path.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._steps = _parse(text)

    @property
    def is_all(self) -> bool:
        """Whether it selects the whole record."""
        return not self._steps

    def select(self, record: Any) -> Any:
        """What the path names in a record: a value, an object of the named members, or the list of all that
        several indexes, a slice or a wildcard select. Raises NothingSelectedError where there is none.
        """
        values, definite = [record], True
        for step in self._steps:
            values = [found for value in values for found in self._selected(step, value)]
            definite = definite and step.definite
        if not values:
            raise NothingSelectedError(f"{self.text} selects nothing")
        return values[0] if definite else values

    def _selected(self, step: _Step, value: Any) -> list[Any]:
        try:
            return step.select(value)
        except (KeyError, IndexError, TypeError) as error:
            raise NothingSelectedError(f"{self.text}: {error.args[0]}") from None


def _parse(text: str) -> Sequence[_Step]:
    position, steps = 1, list[_Step]()
    ended = not text.startswith("$")
    while not ended and position < len(text):
        match = _STEP.match(text, position)
        if match is None or (steps and steps[-1].select.__name__ == "members"):
            ended = True
            break
        steps.append(_step(match))
        position = match.end()
    if ended:
        raise JobError(f"{text!r} is not a JSONPath that batch transform supports: expected {_OPERATORS}")
    return steps


def _step(match: re.Match[str]) -> _Step:
    if match["name"] is not None:
        return _Step(_member(match["name"]), definite=True)
    if match["names"] is not None:
        names = [re.sub(r"\\(.)", r"\1", name[1:-1]) for name in re.findall(_NAME, match["names"])]
        return _Step(_member(names[0]) if len(names) == 1 else _members(names), definite=True)
    if match["every"] is not None:
        return _Step(_every, definite=False)
    selectors = [part.strip() for part in match["numbers"].split(",")]
    return _Step(_elements(selectors), definite=len(selectors) == 1 and ":" not in selectors[0])


def _member(name: str) -> _Select:
    def member(value: Any) -> list[Any]:
        if not isinstance(value, dict):
            raise TypeError(f"expected an object with {name!r}")
        if name not in value:
            raise KeyError(f"the object has no {name!r}")
        return [value[name]]

    return member


def _members(names: Sequence[str]) -> _Select:
    each = [_member(name) for name in names]

    def members(value: Any) -> list[Any]:
        return [{name: one(value)[0] for name, one in zip(names, each, strict=True)}]

    return members


def _every(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.values()]
    if not isinstance(value, list):
        raise TypeError("expected an object or an array for *")
    return list(value)


def _elements(selectors: Sequence[str]) -> _Select:
    def elements(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise TypeError(f"expected an array for [{','.join(selectors)}]")
        found: list[Any] = []
        for one in selectors:
            first, colon, last = one.partition(":")
            if colon:
                found += value[int(first) if first else None : int(last) if last else None]
            elif -len(value) <= int(one) < len(value):
                found.append(value[int(one)])
            else:
                raise IndexError(f"the index {one} is out of range for {len(value)} elements")
        return found

    return elements
