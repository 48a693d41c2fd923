"""The training jobs of a tuning job, as SageMaker lists them."""

from collections.abc import Callable, Mapping
from typing import Any

from local.sagemaker_api.answers import not_found
from local.sagemaker_api.jobs import Jobs
from local.sagemaker_api.kinds import summaries
from local.sagemaker_api.listing import paged

_OPERATION = "ListTrainingJobsForHyperParameterTuningJob"
_NAME = "HyperParameterTuningJobName"
Summary = Mapping[str, Any]


class TuningTrainings:
    """`ListTrainingJobsForHyperParameterTuningJob` of the tuning jobs."""

    def __init__(self, tunings: Jobs) -> None:
        self._tunings = tunings

    def operations(self) -> dict[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]]:
        return {_OPERATION: self.list}

    def list(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        record = self._tunings.find(request[_NAME])
        if record is None:
            raise not_found(_OPERATION, "tuning job", self._tunings.arn(request[_NAME]))
        wanted = request.get("StatusEquals")
        found = [
            one
            for one in summaries(self._tunings.known(record))
            if wanted in (None, one["TrainingJobStatus"])
        ]
        found.sort(key=_key(request.get("SortBy", "Name")))
        # SageMaker's default is Ascending; jobs without an objective come last either way.
        if request.get("SortOrder", "Ascending") == "Descending":
            found.reverse()
        if request.get("SortBy") == "FinalObjectiveMetricValue":
            found.sort(key=lambda one: _objective(one) is None)
        return paged("TrainingJobSummaries", found, request)


def _key(by: str) -> Callable[[Summary], Any]:
    match by:
        case "CreationTime":
            return lambda one: one["CreationTime"]
        case "Status":
            return lambda one: one["TrainingJobStatus"]
        case "FinalObjectiveMetricValue":
            return lambda one: _objective(one) or 0.0
    return lambda one: one["TrainingJobName"]


def _objective(one: Summary) -> float | None:
    value = one.get("FinalHyperParameterTuningJobObjectiveMetric", {}).get("Value")
    return None if value is None else float(value)
