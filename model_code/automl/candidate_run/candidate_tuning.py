"""The request for one tuning over several candidates, each a training job definition."""

from collections.abc import Mapping
from typing import Any

from candidate_jobs import RECORDIO, AutoMLLocalRunConfig, channel, training


def tuning_config(max_jobs: int, max_parallel_jobs: int) -> dict[str, Any]:
    return {
        "Strategy": "Bayesian",
        "ResourceLimits": {
            "MaxNumberOfTrainingJobs": max_jobs,
            "MaxParallelTrainingJobs": min(max_parallel_jobs, max_jobs),
        },
        "TrainingJobEarlyStoppingType": "Off",
        "RandomSeed": 0,
    }


def definition(
    config: AutoMLLocalRunConfig,
    name: str,
    algorithm: Mapping[str, Any],
    *,
    objective: str,
    static: Mapping[str, str],
    ranges: Mapping[str, Mapping[str, Any]],
    data: Mapping[str, str],
    output: str,
) -> dict[str, Any]:
    """The training jobs of one candidate: `data` are the URIs of its features, by channel."""
    resources = algorithm["training_resource_config"]
    return {
        "DefinitionName": name,
        "TuningObjective": {"Type": "Maximize", "MetricName": objective},
        "HyperParameterRanges": parameter_ranges(ranges),
        "StaticHyperParameters": {one: str(value) for one, value in static.items() if one not in ranges},
        "RoleArn": config.role,
        "InputDataConfig": [channel(part, uri, RECORDIO) for part, uri in data.items()],
        **training(config.images[algorithm["name"]], output, resources),
    }


def parameter_ranges(ranges: Mapping[str, Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """As SageMaker has them: `{"low": 2, "high": 8, "scaling": "Logarithmic"}` by name, whole numbers for an
    integer, or `{"values": [...]}`. ValueError for anything else."""
    kinds: dict[str, list[dict[str, Any]]] = {}
    for name, one in ranges.items():
        if {*one} == {"values"}:
            declared = {"Name": name, "Values": [*map(str, one["values"])]}
            kinds.setdefault("CategoricalParameterRanges", []).append(declared)
            continue
        if not {"low", "high"} <= {*one} or not one["low"] < one["high"]:
            raise ValueError(f"{name}: expected low below high, or values; got {dict(one)}")
        whole = isinstance(one["low"], int) and isinstance(one["high"], int)
        kind = "IntegerParameterRanges" if whole else "ContinuousParameterRanges"
        kinds.setdefault(kind, []).append(
            {
                "Name": name,
                "MinValue": str(one["low"]),
                "MaxValue": str(one["high"]),
                "ScalingType": one.get("scaling", "Auto"),
            }
        )
    return kinds
