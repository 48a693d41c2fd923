"""The steps of an execution, as SageMaker lists them."""

from collections.abc import Mapping
from typing import Any

from assembly.place import Place
from local.containers.container import FAILURE_LENGTH
from local.pipeline.definition import CONDITION
from local.pipeline.step_log import SUCCEEDED

# What a step has started, by its type: the member of its metadata, and the job's path in its ARN.
_JOBS = {
    "Training": ("TrainingJob", "training-job"),
    "Processing": ("ProcessingJob", "processing-job"),
    "Transform": ("TransformJob", "transform-job"),
    "Tuning": ("TuningJob", "hyper-parameter-tuning-job"),
    "Model": ("Model", "model"),
}


def listed(step: Mapping[str, Any], place: Place, pipeline: str) -> dict[str, Any]:
    """A PipelineExecutionStep of an entry of the log of steps; `pipeline` is the ARN of the pipeline."""
    origin, metadata = step["origin"], _metadata(step, place)
    cached = {"SourcePipelineExecutionArn": f"{pipeline}/execution/{origin}"}
    members = {
        "StepName": step["name"],
        "StartTime": step["started"],
        "EndTime": step["ended"],
        "StepStatus": step["status"],
        "AttemptCount": 1,
        "FailureReason": step["failure"] and step["failure"][:FAILURE_LENGTH],
        "Metadata": metadata or None,
        "CacheHitResult": cached if origin is not None else None,
    }
    return {key: one for key, one in members.items() if one is not None}


def _metadata(step: Mapping[str, Any], place: Place) -> dict[str, Any]:
    type, result = step["type"], step["result"] or {}
    if type in _JOBS:
        member, path = _JOBS[type]
        # A result that was taken over has the ARN of the job that made it.
        known = result.get(f"{'HyperParameterTuningJob' if type == 'Tuning' else member}Arn")
        return {member: {"Arn": known or place.arn("sagemaker", f"{path}/{step['job']}")}}
    if type == CONDITION and result.get("Outcome") is not None:
        return {"Condition": {"Outcome": str(result["Outcome"])}}
    if type == "RegisterModel" and step["status"] == SUCCEEDED:
        return {"RegisterModel": {"Arn": result["ModelPackageArn"]}}
    if type == "Fail":
        message = step["arguments"].get("ErrorMessage") or result.get("ErrorMessage", "")
        return {"Fail": {"ErrorMessage": message}}
    return {}
