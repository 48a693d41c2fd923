"""The four kinds of jobs, and what each adds to its description."""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from local.jobs import ProcessingJob, Services, TrainingJob, TuningJob, metrics
from local.jobs.arguments import PROCESSING, TRAINING, TRANSFORM, TUNING
from local.pipeline.steps import TransformJob
from local.sagemaker_api.jobs import Described, Kind
from local.sagemaker_api.listing import Listing
from local.sagemaker_api.queue import COMPLETED, FAILED, STOPPED

# SageMaker's, where a request does not say.
_LONGEST_TIME = {"MaxRuntimeInSeconds": 86_400}
_SUMMARY = ("TrainingJobName", "TrainingJobArn", "TrainingJobStatus", "TunedHyperParameters", "CreationTime")


def _training(described: Described) -> Mapping[str, Any]:
    record = described.record
    output = record["request"]["OutputDataConfig"]["S3OutputPath"].rstrip("/")
    seconds = None
    if record["started"] is not None and record["ended"] is not None:
        seconds = max(1, math.ceil(record["ended"] - record["started"]))
    return {
        "StoppingCondition": record["request"].get("StoppingCondition", _LONGEST_TIME),
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
    jobs = summaries(described)
    states = Counter(one["TrainingJobStatus"] for one in jobs)
    measured = [one for one in jobs if "FinalHyperParameterTuningJobObjectiveMetric" in one]
    best = described.result.get("BestTrainingJob", {}).get("TrainingJobName")
    config = described.record["request"]["HyperParameterTuningJobConfig"]
    return {
        "BestTrainingJob": next((one for one in measured if one["TrainingJobName"] == best), None),
        "Strategy": config["Strategy"],
        "ResourceLimits": config["ResourceLimits"],
        "TrainingJobStatusCounters": {
            "Completed": states[COMPLETED],
            "InProgress": states["InProgress"],
            "RetryableError": 0,
            "NonRetryableError": states[FAILED],
            "Stopped": states[STOPPED],
        },
        "ObjectiveStatusCounters": {
            "Succeeded": len(measured),
            "Pending": states["InProgress"],
            "Failed": states[FAILED],
        },
    }


def summaries(described: Described) -> Sequence[dict[str, Any]]:
    """The training jobs that a tuning job has begun, as far as is known, best first."""
    record = described.record
    found = []
    for one in described.result.get("TrainingJobSummaries", []):
        known = {key: value for key, value in one.items() if value is not None}
        known.setdefault("CreationTime", record["started"])
        known["TuningJobName"] = record["name"]
        if all(key in known for key in _SUMMARY):
            found.append(known)
    return found


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
ALL = (TRAINING_JOBS, PROCESSING_JOBS, TRANSFORM_JOBS, TUNING_JOBS)
