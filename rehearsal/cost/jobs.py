"""The jobs that an execution of a pipeline starts, from its definition."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Cluster:
    """The instances of a step, and how many jobs of them it starts."""

    step: str
    instance_type: str
    instances: int
    jobs: int = 1


def clusters(definition: str) -> list[Cluster]:
    """Of each step that starts instances, those of both branches of a condition included: an execution
    starts these at most. Raises ValueError for a definition that does not say them."""
    try:
        pipeline = json.loads(definition)
        values = {one["Name"]: one.get("DefaultValue") for one in pipeline.get("Parameters", [])}
        return list(_of_steps(pipeline["Steps"], values))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"a step has no {error}") from None


def _of_steps(steps: Sequence[Mapping[str, Any]], values: Mapping[str, Any]) -> Iterator[Cluster]:
    for step in steps:
        arguments = step.get("Arguments", {})
        for branch in ("IfSteps", "ElseSteps"):
            yield from _of_steps(arguments.get(branch, []), values)
        for config, jobs in _configs(step["Type"], arguments):
            count = jobs if jobs == 1 else int(_value(jobs, values))
            instances = int(_value(config["InstanceCount"], values))
            yield Cluster(step["Name"], _value(config["InstanceType"], values), instances, count)


def _configs(kind: str, arguments: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Any]]:
    """The description of each cluster, with the number of jobs that it runs."""
    if kind == "Processing":
        yield arguments["ProcessingResources"]["ClusterConfig"], 1
    elif kind == "Training":
        yield arguments["ResourceConfig"], 1
    elif kind == "Transform":
        yield arguments["TransformResources"], 1
    elif kind == "Tuning":
        jobs = arguments["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxNumberOfTrainingJobs"]
        several = arguments.get("TrainingJobDefinitions")
        # The tuner chooses among several definitions: the first one stands for all.
        yield (several[0] if several else arguments["TrainingJobDefinition"])["ResourceConfig"], jobs


def _value(given: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(given, Mapping):
        return values[given["Get"].removeprefix("Parameters.")]
    return given
