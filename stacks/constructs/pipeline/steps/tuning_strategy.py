"""How a Tuning step searches: its strategies, and the earlier tunings that it may begin with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

from stacks.constructs.pipeline.references import Value

_MOST_PARENTS = 5


class Strategy(Protocol):
    """A strategy as the tuning's configuration declares it."""

    name: ClassVar[str]

    def declare(self) -> dict[str, Any]: ...


class _Plain:
    name: ClassVar[str]

    def declare(self) -> dict[str, Any]:
        return {"Strategy": self.name}


class Bayesian(_Plain):
    """What earlier trainings came to says what is tried next."""

    name: ClassVar[str] = "Bayesian"


class Random(_Plain):
    """What is tried next does not depend on what was before."""

    name: ClassVar[str] = "Random"


class Grid(_Plain):
    """Every combination of categorical ranges is tried, so that the step has no `max_jobs`."""

    name: ClassVar[str] = "Grid"


@dataclass(frozen=True)
class Hyperband:
    """Values are random, and trainings that fall behind are stopped between so many epochs: values of the
    objective that they print."""

    name: ClassVar[str] = "Hyperband"

    min_resource: int
    max_resource: int

    def declare(self) -> dict[str, Any]:
        if not 1 <= self.min_resource <= self.max_resource:
            raise ValueError(
                f"expected 1 <= min_resource <= max_resource, got {self.min_resource} and {self.max_resource}"
            )
        resources = {"MinResource": self.min_resource, "MaxResource": self.max_resource}
        return {"Strategy": self.name, "StrategyConfig": {"HyperbandStrategyConfig": resources}}


@dataclass(frozen=True)
class WarmStart:
    """Earlier tuning jobs, by their names, whose results count as this one's.

    They have the same data and image, or others with `TransferLearning`.
    """

    parents: Sequence[Value]
    type: Literal["IdenticalDataAndAlgorithm", "TransferLearning"] = "IdenticalDataAndAlgorithm"

    def declare(self) -> dict[str, Any]:
        if not 1 <= len(self.parents) <= _MOST_PARENTS:
            raise ValueError(f"expected 1 to {_MOST_PARENTS} parents, got {len(self.parents)}")
        parents = [{"HyperParameterTuningJobName": one} for one in self.parents]
        return {"ParentHyperParameterTuningJobs": parents, "WarmStartType": self.type}
