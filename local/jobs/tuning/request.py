"""What a tuning job was asked to do, from CreateHyperParameterTuningJob's arguments."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from local.errors import JobError
from local.jobs.arguments import TUNING, refuse
from local.jobs.services import only
from local.jobs.tuning.definition import Definition, read_definitions
from local.jobs.tuning.space import Categorical

type Direction = Literal["maximize", "minimize"]

BAYESIAN, RANDOM, HYPERBAND, GRID = "Bayesian", "Random", "Hyperband", "Grid"
IDENTICAL, TRANSFER = "IdenticalDataAndAlgorithm", "TransferLearning"
_MOST_EPOCHS, _MOST_PARENTS = 20_000, 5
# Where SageMaker looks for Hyperband's MaxResource when it is not given.
_EPOCHS = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")


@dataclass(frozen=True)
class Resources:
    """How many epochs a training has under Hyperband before it is judged, and at most."""

    least: int
    most: int


@dataclass(frozen=True)
class TuningRequest:
    """A tuning job's arguments, checked. `parents` are earlier jobs that it begins with."""

    definitions: Sequence[Definition]
    strategy: str
    max_jobs: int
    max_parallel_jobs: int
    seed: int
    stops_early: bool
    resources: Resources | None
    parents: Sequence[str]
    warm_start: str | None

    @classmethod
    def parse(cls, arguments: Mapping[str, Any]) -> "TuningRequest":
        """Raises JobError for what SageMaker refuses, and what would be otherwise here."""
        refuse(TUNING, arguments)
        config = arguments["HyperParameterTuningJobConfig"]
        only({"Strategy": config["Strategy"]}, {"Strategy": (BAYESIAN, RANDOM, HYPERBAND, GRID)})
        only(config, {"TrainingJobEarlyStoppingType": ("Off", "Auto")})
        definitions = read_definitions(arguments)
        warm_start = arguments.get("WarmStartConfig")
        request = cls(
            definitions,
            config["Strategy"],
            _max_jobs(config, definitions),
            int(config["ResourceLimits"]["MaxParallelTrainingJobs"]),
            config.get("RandomSeed", 0),
            config.get("TrainingJobEarlyStoppingType") == "Auto",
            _resources(config, definitions),
            [] if warm_start is None else _parents(warm_start),
            None if warm_start is None else warm_start["WarmStartType"],
        )
        request._check()
        return request

    @property
    def maximize(self) -> bool:
        return self.definitions[0].maximize

    @property
    def direction(self) -> Direction:
        return "maximize" if self.maximize else "minimize"

    def _check(self) -> None:
        if self.max_jobs < 1 or self.max_parallel_jobs < 1:
            raise JobError(
                "expected at least 1 training job and 1 at a time, got "
                f"{self.max_jobs} and {self.max_parallel_jobs}"
            )
        if self.stops_early and self.strategy == HYPERBAND:
            raise JobError("expected TrainingJobEarlyStoppingType Off: Hyperband stops trainings by itself")
        if self.warm_start and self.strategy not in (BAYESIAN, RANDOM):
            raise JobError(f"a warm start takes the strategy {BAYESIAN} or {RANDOM}, got {self.strategy}")
        if len(self.definitions) > 1:
            for given, what in (
                (self.stops_early, "TrainingJobEarlyStoppingType Auto"),
                (self.warm_start, "WarmStartConfig"),
                (self.strategy == GRID, f"the strategy {GRID}"),
            ):
                if given:
                    raise JobError(f"{what} takes one training definition, got {len(self.definitions)}")


def combinations(definition: Definition) -> list[Sequence[str]]:
    """The values of each range of a grid; raises JobError where one is not categorical."""
    for one in definition.ranges:
        if not isinstance(one, Categorical):
            raise JobError(f"{GRID} takes categorical ranges only, and {one.name} is none")
    return [tuple(dict.fromkeys(one.values)) for one in definition.ranges if isinstance(one, Categorical)]


def _max_jobs(config: Mapping[str, Any], definitions: Sequence[Definition]) -> int:
    given = config["ResourceLimits"].get("MaxNumberOfTrainingJobs")
    if config["Strategy"] == GRID and len(definitions) == 1:
        size = math.prod(map(len, combinations(definitions[0])))
        if given is not None and int(given) != size:
            raise JobError(
                f"the grid has {size} combinations; expected as many as MaxNumberOfTrainingJobs, or none, "
                f"got {given}"
            )
        return size
    if given is None:
        raise JobError(f"expected MaxNumberOfTrainingJobs: required unless the strategy is {GRID}")
    return int(given)


def _resources(config: Mapping[str, Any], definitions: Sequence[Definition]) -> Resources | None:
    if "StrategyConfig" in config and config["Strategy"] != HYPERBAND:
        raise JobError(f"StrategyConfig is that of {HYPERBAND}; the strategy is {config['Strategy']}")
    if config["Strategy"] != HYPERBAND:
        return None
    given = config.get("StrategyConfig", {}).get("HyperbandStrategyConfig", {})
    most = given.get("MaxResource") or max(filter(None, map(_epochs, definitions)), default=None)
    if most is None:
        raise JobError(
            f"{HYPERBAND} needs MaxResource in HyperbandStrategyConfig, or a static hyperparameter "
            f"{', '.join(_EPOCHS)}"
        )
    resources = Resources(int(given.get("MinResource", 1)), int(most))
    if not 1 <= resources.least <= resources.most <= _MOST_EPOCHS:
        raise JobError(
            f"expected 1 <= MinResource <= MaxResource <= {_MOST_EPOCHS}, got "
            f"{resources.least} and {resources.most}"
        )
    return resources


def _epochs(definition: Definition) -> int | None:
    found = [definition.static[name] for name in _EPOCHS if name in definition.static]
    return int(found[0]) if found and found[0].isdecimal() else None


def _parents(warm_start: Mapping[str, Any]) -> list[str]:
    only({"WarmStartType": warm_start["WarmStartType"]}, {"WarmStartType": (IDENTICAL, TRANSFER)})
    parents = [one["HyperParameterTuningJobName"] for one in warm_start["ParentHyperParameterTuningJobs"]]
    if not 1 <= len(parents) <= _MOST_PARENTS:
        raise JobError(f"expected 1 to {_MOST_PARENTS} ParentHyperParameterTuningJobs, got {len(parents)}")
    return parents
