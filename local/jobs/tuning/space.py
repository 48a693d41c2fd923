"""The search space of a tuning job, from its ParameterRanges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from local.errors import JobError

_LINEAR, _LOGARITHMIC = ("Auto", "Linear"), ("Logarithmic",)


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


@dataclass(frozen=True)
class Continuous:
    name: str
    low: float
    high: float
    logarithmic: bool

    def suggest(self, trial: Suggestion) -> str:
        return f"{trial.suggest_float(self.name, self.low, self.high, log=self.logarithmic):.6g}"


@dataclass(frozen=True)
class Integer:
    name: str
    low: int
    high: int
    logarithmic: bool

    def suggest(self, trial: Suggestion) -> str:
        return str(trial.suggest_int(self.name, self.low, self.high, log=self.logarithmic))


@dataclass(frozen=True)
class Categorical:
    name: str
    values: Sequence[str]

    def suggest(self, trial: Suggestion) -> str:
        return str(trial.suggest_categorical(self.name, self.values))


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
    if not ranges:
        raise JobError("no parameter range to search")
    return ranges


def _continuous(declared: Mapping[str, Any]) -> Range:
    low, high = float(declared["MinValue"]), float(declared["MaxValue"])
    return Continuous(declared["Name"], low, high, _is_logarithmic(declared, low, high))


def _integer(declared: Mapping[str, Any]) -> Range:
    low, high = int(declared["MinValue"]), int(declared["MaxValue"])
    return Integer(declared["Name"], low, high, _is_logarithmic(declared, low, high))


def _categorical(declared: Mapping[str, Any]) -> Range:
    if not declared["Values"]:
        raise ValueError("expected at least one value")
    return Categorical(declared["Name"], tuple(declared["Values"]))


def _is_logarithmic(declared: Mapping[str, Any], low: float, high: float) -> bool:
    scaling = declared.get("ScalingType", _LINEAR[0])
    if scaling not in _LINEAR + _LOGARITHMIC:
        known = ", ".join(_LINEAR + _LOGARITHMIC)
        raise ValueError(f"ScalingType {scaling!r} is not supported, only {known}")
    if low > high:
        raise ValueError(f"MinValue {low} is above MaxValue {high}")
    if scaling in _LOGARITHMIC and low <= 0:
        raise ValueError(f"a logarithmic scale needs a MinValue above 0, got {low}")
    return scaling in _LOGARITHMIC
