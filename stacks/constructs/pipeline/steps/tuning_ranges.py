"""The values among which a Tuning step searches for those of a hyperparameter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

type Scaling = Literal["Linear", "Logarithmic", "ReverseLogarithmic"]


class Range(Protocol):
    """Where the value of one hyperparameter is searched for."""

    @property
    def name(self) -> str: ...

    kind: ClassVar[str]

    def declare(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class _Interval[Number: (int, float)]:
    """Numbers from `low` to `high`; on a logarithmic scale small ones are tried as often as large ones, on a
    reverse logarithmic one those near 1 as often as others."""

    name: str
    low: Number
    high: Number
    scaling: Scaling = "Linear"

    def declare(self) -> dict[str, Any]:
        if self.low >= self.high:
            raise ValueError(f"the range of {self.name} has nothing between {self.low} and {self.high}")
        if self.scaling == "ReverseLogarithmic" and not 0 <= self.low < self.high < 1:
            raise ValueError(
                f"the range of {self.name} is to lie in 0 <= x < 1, got {self.low} to {self.high}"
            )
        return {
            "Name": self.name,
            "MinValue": str(self.low),
            "MaxValue": str(self.high),
            "ScalingType": self.scaling,
        }


class Continuous(_Interval[float]):
    """A number of an interval."""

    kind: ClassVar[str] = "ContinuousParameterRanges"


class Integer(_Interval[int]):
    """A whole number of an interval, both ends included."""

    kind: ClassVar[str] = "IntegerParameterRanges"


@dataclass(frozen=True)
class Categorical:
    """One of several texts."""

    kind: ClassVar[str] = "CategoricalParameterRanges"

    name: str
    values: Sequence[str]

    def declare(self) -> dict[str, Any]:
        return {"Name": self.name, "Values": list(self.values)}
