"""The training jobs of a tuning job, as SageMaker lists and describes them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from local.sagemaker_api.answers import not_found
from local.sagemaker_api.jobs import Jobs
from local.sagemaker_api.kinds import definitions, summaries
from local.sagemaker_api.listing import paged
from local.sagemaker_api.records import Record

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


def training_records(tunings: Jobs, name: str | None) -> Iterator[Record]:
    """A record of each training job that a tuning job has begun, as if a client had created it; of all, or of
    the tuning job of which one has this name."""
    known = tunings.records() if name is None else filter(None, [tunings.find(name.rpartition("-")[0])])
    for record in known:
        for one in summaries(tunings.known(record)):
            yield _training_record(one, record, tunings)


def _training_record(one: Summary, tuning: Record, tunings: Jobs) -> Record:
    name, status = one["TrainingJobName"], one["TrainingJobStatus"]
    known = definitions(tuning["request"], tunings.images)
    definition = _definition(known, one.get("TrainingJobDefinitionName"))
    static = definition.get("StaticHyperParameters", {})
    ended = one.get("TrainingEndTime")
    return {
        "name": name,
        "request": {
            **definition,
            "TrainingJobName": name,
            "HyperParameters": {**static, **one["TunedHyperParameters"]},
            "TuningJobArn": tunings.arn(tuning["name"]),
        },
        "created": one["CreationTime"],
        "modified": ended or one["CreationTime"],
        "started": one["CreationTime"],
        "ended": ended,
        "status": status,
        "phase": "Training" if ended is None else status,
        "transitions": [],
        "failure": one.get("FailureReason"),
        # What its work says of itself is the tuning job's to keep.
        "result": {},
        "tags": tuning["tags"],
        "folder": str(tunings.folder(tuning) / f"trial-{name.rpartition('-')[2]}"),
    }


def _definition(known: Mapping[str, Any], name: str | None) -> Mapping[str, Any]:
    several: list[Mapping[str, Any]] = known.get("TrainingJobDefinitions") or [known["TrainingJobDefinition"]]
    return next((one for one in several if one.get("DefinitionName") == name), several[0])


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
