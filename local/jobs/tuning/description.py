"""A tuning job's trials as SageMaker's API describes them, with times in seconds since 1970."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from local.jobs.services import Services
from local.jobs.tuning.trials import COMPLETED, FAILED, IN_PROGRESS, STOPPED, Trial


def summary(trial: Trial, tuning_job: str, services: Services, *, maximize: bool) -> dict[str, Any]:
    """A HyperParameterTrainingJobSummary."""
    found: dict[str, Any] = {
        "TrainingJobName": trial.job,
        "TrainingJobArn": services.place.arn("sagemaker", f"training-job/{trial.job}"),
        "TuningJobName": tuning_job,
        "CreationTime": trial.started.timestamp(),
        "TrainingStartTime": trial.started.timestamp(),
        "TrainingJobStatus": trial.status,
        "TunedHyperParameters": dict(trial.hyperparameters),
        "ObjectiveStatus": objective_status(trial),
    }
    if trial.definition is not None:
        found["TrainingJobDefinitionName"] = trial.definition
    if trial.ended is not None:
        found["TrainingEndTime"] = trial.ended.timestamp()
    if trial.status == FAILED and trial.fault is not None:
        found["FailureReason"] = trial.fault
    if trial.value is not None:
        found["FinalHyperParameterTuningJobObjectiveMetric"] = {
            "Type": "Maximize" if maximize else "Minimize",
            "MetricName": trial.objective,
            "Value": trial.value,
        }
    return found


def counters(trials: Sequence[Trial]) -> dict[str, Mapping[str, int]]:
    """TrainingJobStatusCounters and ObjectiveStatusCounters."""
    jobs = Counter(one.status for one in trials)
    objectives = Counter(map(objective_status, trials))
    return {
        "TrainingJobStatusCounters": {
            "Completed": jobs[COMPLETED],
            "InProgress": jobs[IN_PROGRESS],
            "RetryableError": 0,
            "NonRetryableError": jobs[FAILED],
            "Stopped": jobs[STOPPED],
        },
        "ObjectiveStatusCounters": {name: objectives[name] for name in ("Succeeded", "Pending", "Failed")},
    }


def objective_status(trial: Trial) -> str:
    if trial.status == IN_PROGRESS:
        return "Pending"
    return "Failed" if trial.value is None else "Succeeded"
