"""Arguments of CreateHyperParameterTuningJob over the bucket of the fixture `services`."""

from typing import Any

from job_arguments import training

QUALITY = {"Name": "quality", "Regex": r"quality=(\S+)"}
MAXIMIZE = {"Type": "Maximize", "MetricName": "quality"}
DEPTH = {"IntegerParameterRanges": [{"Name": "depth", "MinValue": "1", "MaxValue": "100"}]}


def depths(*values: str) -> dict[str, Any]:
    return {"CategoricalParameterRanges": [{"Name": "depth", "Values": list(values)}]}


def trained(**static: str) -> dict[str, Any]:
    """What all trainings of a definition share."""
    shared = training()
    shared["AlgorithmSpecification"] = {**shared["AlgorithmSpecification"], "MetricDefinitions": [QUALITY]}
    return {**shared, "StaticHyperParameters": {"behavior": "epochs", "epochs": "3", **static}}


def named(name: Any, ranges: Any = DEPTH, objective: Any = MAXIMIZE, **static: str) -> dict[str, Any]:
    return {
        "DefinitionName": name,
        "TuningObjective": objective,
        "HyperParameterRanges": ranges,
        **trained(**static),
    }


def config(count: int | None = 4, at_once: int = 2, **changes: Any) -> dict[str, Any]:
    limits: dict[str, Any] = {"MaxParallelTrainingJobs": at_once}
    if count is not None:
        limits["MaxNumberOfTrainingJobs"] = count
    return {"Strategy": "Bayesian", "ResourceLimits": limits, "RandomSeed": 0, **changes}


def of_one(ranges: Any = DEPTH, static: Any = None, **changes: Any) -> dict[str, Any]:
    """A job of one definition; changes are those of its configuration."""
    goal = {"HyperParameterTuningJobObjective": MAXIMIZE, "ParameterRanges": ranges}
    return {
        "HyperParameterTuningJobConfig": config(**{**goal, **changes}),
        "TrainingJobDefinition": trained(**(static or {})),
    }


def of_several(*definitions: Any, **changes: Any) -> dict[str, Any]:
    return {
        "HyperParameterTuningJobConfig": config(**changes),
        "TrainingJobDefinitions": list(definitions),
    }


def hyperband(least: int | None = None, most: int | None = None) -> dict[str, Any]:
    given = {"MinResource": least, "MaxResource": most}
    resources = {name: value for name, value in given.items() if value is not None}
    return {"Strategy": "Hyperband", "StrategyConfig": {"HyperbandStrategyConfig": resources}}
