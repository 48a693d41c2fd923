"""What SageMaker demands of a training job's request that its model does not say."""

from collections.abc import Mapping
from typing import Any

from local.aws.errors import validation


def check_training(request: Mapping[str, Any]) -> None:
    """Raise AwsError unless the request names an image, each of its channels once, and a time to wait for
    spot instances where it asks for these."""
    if "TrainingImage" not in request["AlgorithmSpecification"]:
        raise validation("TrainingImage is missing from AlgorithmSpecification")
    names = [one["ChannelName"] for one in request.get("InputDataConfig", [])]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise validation(f"the ChannelName {twice[0]} is there {names.count(twice[0])} times; expected once")
    _check_times(request.get("StoppingCondition", {}), spot=request.get("EnableManagedSpotTraining", False))


def _check_times(stopping: Mapping[str, int], *, spot: bool) -> None:
    waits = stopping.get("MaxWaitTimeInSeconds")
    if not spot:
        if waits is not None:
            raise validation("MaxWaitTimeInSeconds is for jobs with EnableManagedSpotTraining: leave it out")
        return
    runs = stopping.get("MaxRuntimeInSeconds", 0)
    if waits is None or waits < runs:
        raise validation(
            "with EnableManagedSpotTraining, MaxWaitTimeInSeconds is expected to be at least "
            f"MaxRuntimeInSeconds ({runs}), got {'none' if waits is None else waits}"
        )
