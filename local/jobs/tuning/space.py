"""The search space of a tuning job, from its ParameterRanges."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from local.errors import JobError

_LINEAR, _LOGARITHMIC, _REVERSE = ("Auto", "Linear"), "Logarithmic", "ReverseLogarithmic"


class Suggestion(Protocol):
    """The methods that an optimizer has for each kind of range, as optuna's Trial has."""

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float: ...

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int: ...

    def suggest_categorical(self, name: str, choices: Sequence[str]) -> str: ...


class Range(Protocol):
    """The values of one hyperparameter, which SageMaker writes as text."""

    @property
    def name(self) -> str: ...

    def suggest(self, trial: Suggestion) -> str: ...

    def known(self, text: str) -> float | str | None:
        """The value by which an optimizer knows this text; None for one outside of the range."""
        ...


@dataclass(frozen=True)
class Continuous:
    name: str
    low: float
    high: float
    logarithmic: bool

    def suggest(self, trial: Suggestion) -> str:
        return f"{trial.suggest_float(self.name, self.low, self.high, log=self.logarithmic):.6g}"

    def known(self, text: str) -> float | None:
        return _within(text, float, self.low, self.high)


@dataclass(frozen=True)
class ReverseLogarithmic:
    """Numbers below 1 of which those near 1 are tried as often as the others."""

    name: str
    low: float
    high: float

    def suggest(self, trial: Suggestion) -> str:
        below_one = trial.suggest_float(self.name, 1 - self.high, 1 - self.low, log=True)
        return f"{min(max(1 - below_one, self.low), self.high):.12g}"

    def known(self, text: str) -> float | None:
        value = _within(text, float, self.low, self.high)
        return None if value is None else min(max(1 - value, 1 - self.high), 1 - self.low)


@dataclass(frozen=True)
class Integer:
    name: str
    low: int
    high: int
    logarithmic: bool

    def suggest(self, trial: Suggestion) -> str:
        return str(trial.suggest_int(self.name, self.low, self.high, log=self.logarithmic))

    def known(self, text: str) -> int | None:
        return _within(text, int, self.low, self.high)


@dataclass(frozen=True)
class Categorical:
    name: str
    values: Sequence[str]

    def suggest(self, trial: Suggestion) -> str:
        return str(trial.suggest_categorical(self.name, self.values))

    def known(self, text: str) -> str | None:
        return text if text in self.values else None


def is_logarithmic(one: Range) -> bool:
    return isinstance(one, Continuous | Integer) and one.logarithmic


def read_space(declared: Mapping[str, Any]) -> list[Range]:
    """The ranges; raises JobError for one that is malformed, empty or of a kind that is not supported."""
    readers = {
        "ContinuousParameterRanges": _continuous,
        "IntegerParameterRanges": _integer,
        "CategoricalParameterRanges": _categorical,
    }
    for kind in declared:
        if kind not in readers:
            raise JobError(f"{kind} is not supported, only {', '.join(readers)}")
    ranges: list[Range] = []
    for kind, read in readers.items():
        for one in declared.get(kind, []):
            try:
                ranges.append(read(one))
            except ValueError as error:
                raise JobError(f"the range of {one['Name']}: {error}") from None
    names = [one.name for one in ranges]
    for name in names:
        if names.count(name) > 1:
            raise JobError(f"{name} has {names.count(name)} ranges; expected one")
    if not ranges:
        raise JobError("no parameter range to search")
    return ranges


def _continuous(declared: Mapping[str, Any]) -> Range:
    low, high = float(declared["MinValue"]), float(declared["MaxValue"])
    scaling = _scaling(declared, low, high)
    if scaling == _REVERSE:
        if not 0 <= low <= high < 1:
            raise ValueError(f"a reverse logarithmic scale lies in 0 <= x < 1, got {low} to {high}")
        return ReverseLogarithmic(declared["Name"], low, high)
    return Continuous(declared["Name"], low, high, scaling == _LOGARITHMIC)


def _integer(declared: Mapping[str, Any]) -> Range:
    low, high = int(declared["MinValue"]), int(declared["MaxValue"])
    scaling = _scaling(declared, low, high)
    if scaling == _REVERSE:
        raise ValueError(f"ScalingType {scaling} is for continuous ranges, not for integers")
    return Integer(declared["Name"], low, high, scaling == _LOGARITHMIC)


def _categorical(declared: Mapping[str, Any]) -> Range:
    if not declared["Values"]:
        raise ValueError("expected at least one value")
    return Categorical(declared["Name"], tuple(declared["Values"]))


def _scaling(declared: Mapping[str, Any], low: float, high: float) -> str:
    scaling = str(declared.get("ScalingType", _LINEAR[0]))
    known = (*_LINEAR, _LOGARITHMIC, _REVERSE)
    if scaling not in known:
        raise ValueError(f"ScalingType {scaling!r} is not supported, only {', '.join(known)}")
    if low > high:
        raise ValueError(f"MinValue {low} is above MaxValue {high}")
    if scaling == _LOGARITHMIC and low <= 0:
        raise ValueError(f"a logarithmic scale needs a MinValue above 0, got {low}")
    return scaling


def _within[Number: (int, float)](
    text: str, kind: Callable[[str], Number], low: Number, high: Number
) -> Number | None:
    try:
        value = kind(text)
    except ValueError:
        return None
    return value if low <= value <= high else None
