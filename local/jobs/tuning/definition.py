"""The kinds of trainings that a tuning job may run: one, or several to choose among."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.containers.images import Images
from local.errors import JobError
from local.jobs.metrics import pattern_of
from local.jobs.services import only
from local.jobs.tuning.space import Range, read_space

MOST_DEFINITIONS = 10
# The metric under which SageMaker keeps the objective of each training, whatever its own name is.
OBJECTIVE_METRIC = "ObjectiveMetric"
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*", re.ASCII)
_LONGEST_NAME = 64
_RESOURCES = "HyperParameterTuningResourceConfig"
_INSTANCES = ("InstanceType", "InstanceCount", "VolumeSizeInGB")
# What CreateTrainingJob does not take.
_OF_TUNING = frozenset({"DefinitionName", "TuningObjective", "HyperParameterRanges", "StaticHyperParameters"})


@dataclass(frozen=True)
class Definition:
    """A kind of training: what it is to be good at, what is searched, and what stays.

    `name` is None where it has none, as one alone may. `request` is what all of its trainings share, of
    CreateTrainingJob's arguments.
    """

    name: str | None
    metric: str
    maximize: bool
    ranges: Sequence[Range]
    static: Mapping[str, str]
    request: Mapping[str, Any]

    @property
    def algorithm(self) -> Mapping[str, Any]:
        algorithm: Mapping[str, Any] = self.request["AlgorithmSpecification"]
        return algorithm

    def training(self, values: Mapping[str, str], images: Images) -> dict[str, Any]:
        """CreateTrainingJob's arguments with these values of the ranges, in which the objective is a metric.

        Raises JobError where neither the definition nor its image says how the objective is printed.
        """
        pattern = pattern_of(self.metric, self.algorithm, images.find(self.algorithm["TrainingImage"]))
        metrics = [
            *self.algorithm.get("MetricDefinitions", []),
            {"Name": OBJECTIVE_METRIC, "Regex": pattern},
        ]
        return {
            **self.request,
            "AlgorithmSpecification": {**self.algorithm, "MetricDefinitions": metrics},
            "HyperParameters": {**self.static, **values, "_tuning_objective_metric": self.metric},
        }


def read_definitions(arguments: Mapping[str, Any]) -> list[Definition]:
    """The definitions of CreateHyperParameterTuningJob's arguments.

    TrainingJobDefinition has its objective and ranges in the job's configuration, TrainingJobDefinitions have
    theirs in each. Raises JobError for any other place, and for names that SageMaker does not take.
    """
    config = arguments["HyperParameterTuningJobConfig"]
    given = [name for name in ("TrainingJobDefinition", "TrainingJobDefinitions") if name in arguments]
    if len(given) != 1:
        raise JobError(
            "expected either TrainingJobDefinition or TrainingJobDefinitions, got "
            f"{' and '.join(given) or 'neither'}"
        )
    if given == ["TrainingJobDefinition"]:
        one = arguments["TrainingJobDefinition"]
        _demand_without(one, "TrainingJobDefinition", ("TuningObjective", "HyperParameterRanges"))
        return [_read(one, config["HyperParameterTuningJobObjective"], config.get("ParameterRanges", {}))]
    _demand_without(
        config,
        "with TrainingJobDefinitions the configuration",
        ("HyperParameterTuningJobObjective", "ParameterRanges"),
    )
    several = arguments["TrainingJobDefinitions"]
    _demand_names([one.get("DefinitionName") for one in several])
    definitions = [_read_named(one) for one in several]
    if len({one.maximize for one in definitions}) > 1:
        raise JobError("the objectives of definitions are compared: all are to be of one Type, got both")
    return definitions


def _read_named(declared: Mapping[str, Any]) -> Definition:
    name = declared["DefinitionName"]
    try:
        return _read(declared, declared["TuningObjective"], declared.get("HyperParameterRanges", {}))
    except JobError as error:
        raise JobError(f"the definition {name}: {error}") from None
    except KeyError as error:
        raise JobError(f"the definition {name}: the argument {error.args[0]} is missing") from None


def _read(declared: Mapping[str, Any], objective: Mapping[str, Any], ranges: Mapping[str, Any]) -> Definition:
    only(objective, {"Type": ("Maximize", "Minimize")})
    request = with_resources({key: value for key, value in declared.items() if key not in _OF_TUNING})
    static = declared.get("StaticHyperParameters", {})
    space = read_space(ranges)
    for one in space:
        if one.name in static:
            raise JobError(f"{one.name} has both a range and the static value {static[one.name]!r}")
    maximize = objective["Type"] == "Maximize"
    metric = str(objective["MetricName"])
    return Definition(declared.get("DefinitionName"), metric, maximize, space, static, request)


def with_resources(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """The request with a ResourceConfig where a tuning job has its own: of several that SageMaker chooses
    among, the first."""
    own = request.get(_RESOURCES)
    if own is None:
        return request
    if "ResourceConfig" in request:
        raise JobError(f"expected either ResourceConfig or {_RESOURCES}, got both")
    chosen = (own.get("InstanceConfigs") or [own])[0]
    resources = {name: chosen[name] for name in _INSTANCES if name in chosen}
    return {**{key: one for key, one in request.items() if key != _RESOURCES}, "ResourceConfig": resources}


def _demand_without(given: Mapping[str, Any], what: str, misplaced: Sequence[str]) -> None:
    for name in misplaced:
        if name in given:
            raise JobError(
                f"{what} has no {name}: one TrainingJobDefinition has its objective and ranges in the "
                "configuration, TrainingJobDefinitions have theirs in each"
            )


def _demand_names(names: Sequence[Any]) -> None:
    if not 1 <= len(names) <= MOST_DEFINITIONS:
        raise JobError(f"expected 1 to {MOST_DEFINITIONS} TrainingJobDefinitions, got {len(names)}")
    for name in names:
        if not isinstance(name, str) or len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
            raise JobError(
                f"expected a DefinitionName of 1 to {_LONGEST_NAME} letters, digits and hyphens that begins "
                f"and ends with a letter or digit, got {name!r}"
            )
        if names.count(name) > 1:
            raise JobError(f"expected each DefinitionName once, got {name} {names.count(name)} times")
