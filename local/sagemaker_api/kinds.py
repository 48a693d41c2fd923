"""The four kinds of jobs, and what each adds to its description."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.containers.images import Images
from local.jobs import ProcessingJob, Services, TrainingJob, TuningJob, metrics
from local.jobs.arguments import PROCESSING, TRAINING, TRANSFORM, TUNING
from local.jobs.tuning import trials
from local.jobs.tuning.definition import with_resources
from local.jobs.tuning.description import of_trials
from local.pipeline.steps import TransformJob
from local.sagemaker_api.jobs import Described, Kind
from local.sagemaker_api.listing import Listing

# SageMaker's, where a request does not say.
_LONGEST_TIME = {"MaxRuntimeInSeconds": 86_400}
_SWITCHES = (
    "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining",
)
_NO_JOBS = dict.fromkeys(("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped"), 0)
_NO_OBJECTIVES = dict.fromkeys(("Succeeded", "Pending", "Failed"), 0)


def _training(described: Described) -> Mapping[str, Any]:
    record, request = described.record, described.record["request"]
    output = request["OutputDataConfig"]["S3OutputPath"].rstrip("/")
    seconds = None
    if record["started"] is not None and record["ended"] is not None:
        seconds = max(1, math.ceil(record["ended"] - record["started"]))
    # SageMaker has these members also where a request has not; clients count on them.
    given = {name: request.get(name, False) for name in _SWITCHES}
    return {
        **given,
        "OutputDataConfig": {"KmsKeyId": "", **request["OutputDataConfig"]},
        "StoppingCondition": request.get("StoppingCondition", _LONGEST_TIME),
        "ModelArtifacts": {"S3ModelArtifacts": f"{output}/{record['name']}/output/model.tar.gz"},
        "SecondaryStatus": record["phase"],
        "SecondaryStatusTransitions": record["transitions"],
        "FinalMetricDataList": final_metrics(described.folder) or None,
        "TrainingTimeInSeconds": seconds,
        "BillableTimeInSeconds": seconds,
    }


def final_metrics(folder: Path) -> list[dict[str, Any]]:
    """The last value of each metric that a training has emitted, with its time."""
    path = folder / metrics.FILE
    if not path.exists():
        return []
    last = {one["name"]: one for one in json.loads(path.read_text(encoding="utf-8"))}
    return [
        {
            "MetricName": one["name"],
            "Value": one["value"],
            "Timestamp": datetime.fromisoformat(one["at"]).timestamp(),
        }
        for one in last.values()
    ]


def _tuning(described: Described) -> Mapping[str, Any]:
    jobs = {one["TrainingJobName"]: one for one in summaries(described)}
    result, config = _tuned(described), described.record["request"]["HyperParameterTuningJobConfig"]
    return {
        **definitions(described.record["request"], described.images),
        "BestTrainingJob": jobs.get(result.get("BestTrainingJob", {}).get("TrainingJobName")),
        "Strategy": config["Strategy"],
        "ResourceLimits": config["ResourceLimits"],
        "TrainingJobStatusCounters": result.get("TrainingJobStatusCounters", _NO_JOBS),
        "ObjectiveStatusCounters": result.get("ObjectiveStatusCounters", _NO_OBJECTIVES),
        "ConsumedResources": result.get("ConsumedResources"),
    }


def definitions(request: Mapping[str, Any], images: Images) -> dict[str, Any]:
    """The definitions of a tuning job's request. SageMaker adds the objective to their static values, and how
    a built-in algorithm prints it to their metrics."""
    config = request["HyperParameterTuningJobConfig"]

    def known(one: Mapping[str, Any]) -> dict[str, Any]:
        objective = one.get("TuningObjective") or config["HyperParameterTuningJobObjective"]
        own = {"_tuning_objective_metric": objective["MetricName"]}
        algorithm = _with_metric(one["AlgorithmSpecification"], objective["MetricName"], images)
        # The SDK attaches to a tuning job by the ResourceConfig alone, also where it has sent another member.
        resources = {key: value for key, value in with_resources(one).items() if key == "ResourceConfig"}
        static = {**one.get("StaticHyperParameters", {}), **own}
        return {**one, **resources, "AlgorithmSpecification": algorithm, "StaticHyperParameters": static}

    if "TrainingJobDefinition" in request:
        return {"TrainingJobDefinition": known(request["TrainingJobDefinition"])}
    return {"TrainingJobDefinitions": [known(one) for one in request["TrainingJobDefinitions"]]}


def _with_metric(algorithm: Mapping[str, Any], metric: str, images: Images) -> Mapping[str, Any]:
    if algorithm.get("MetricDefinitions"):
        return algorithm
    pattern = images.metric_pattern(algorithm.get("TrainingImage", ""), metric)
    return {**algorithm, "MetricDefinitions": [{"Name": metric, "Regex": pattern}] if pattern else []}


def summaries(described: Described) -> Sequence[dict[str, Any]]:
    """The training jobs that a tuning job has begun, best first; before the first has, there are none."""
    found = _tuned(described).get("TrainingJobSummaries", [])
    return [one for one in found if "TrainingJobArn" in one]


def _tuned(described: Described) -> Mapping[str, Any]:
    """What the tuning job says of itself, or else what its file of trials does: with the process in which it
    ran has ended what was in progress."""
    if described.result:
        return described.result
    record = described.record
    known, maximize = trials.read(described.folder / trials.FILE)
    if record["ended"] is not None:
        ended = datetime.fromtimestamp(record["ended"], UTC)
        known = [
            one if one.ended else replace(one, status=trials.FAILED, fault=record["failure"], ended=ended)
            for one in known
        ]
    return of_trials(known, record["name"], described.place, maximize=maximize)


def _tuning_job(name: str, arguments: Mapping[str, Any], services: Services) -> TuningJob:
    # The phases are those of its training jobs, several at a time.
    return TuningJob(name, arguments, replace(services, on_phase=lambda phase: None))


def _listing(prefix: str, order: str) -> Listing:
    return Listing(f"{prefix}Summaries", f"{prefix}Name", f"{prefix}Status", order)


TRAINING_JOBS = Kind(
    "TrainingJob",
    "training-job",
    TRAINING,
    TrainingJob,
    _listing("TrainingJob", "Ascending"),
    needed=("AlgorithmSpecification", "ResourceConfig"),
    ended="Training",
    more=_training,
)
PROCESSING_JOBS = Kind(
    "ProcessingJob",
    "processing-job",
    PROCESSING,
    ProcessingJob,
    _listing("ProcessingJob", "Ascending"),
    ended="Processing",
)
TRANSFORM_JOBS = Kind(
    "TransformJob",
    "transform-job",
    TRANSFORM,
    TransformJob,
    _listing("TransformJob", "Descending"),
    ended="Transform",
)
TUNING_JOBS = Kind(
    "HyperParameterTuningJob",
    "hyper-parameter-tuning-job",
    TUNING,
    _tuning_job,
    _listing("HyperParameterTuningJob", "Ascending"),
    ended="HyperParameterTuning",
    more=_tuning,
)
