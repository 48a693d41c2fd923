"""A tuning job's trials as SageMaker's API describes them, with times in seconds since 1970."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from assembly.place import Place
from local.jobs.tuning.definition import Definition
from local.jobs.tuning.trials import COMPLETED, FAILED, IN_PROGRESS, STOPPED, Trial, best_first

PLACEHOLDER = "<known when it has run>"
_OBJECTIVE = "FinalHyperParameterTuningJobObjectiveMetric"


def of_trials(trials: Sequence[Trial], tuning_job: str, place: Place, *, maximize: bool) -> dict[str, Any]:
    """What a tuning job's description says of its trials: their summaries, those that have an objective
    first, the best before the others; the best one, where there is one; and the counters."""
    measured = best_first(trials, maximize=maximize)
    ordered = [*measured, *(one for one in trials if one.value is None)]
    summaries = [summary(one, tuning_job, place, maximize=maximize) for one in ordered]
    best = {"BestTrainingJob": summaries[0]} if measured else {}
    return {**counters(trials), "TrainingJobSummaries": summaries, **best}


def summary(trial: Trial, tuning_job: str, place: Place, *, maximize: bool) -> dict[str, Any]:
    """A HyperParameterTrainingJobSummary."""
    found: dict[str, Any] = {
        "TrainingJobName": trial.job,
        "TrainingJobArn": place.arn("sagemaker", f"training-job/{trial.job}"),
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
        found[_OBJECTIVE] = {
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


def best_of(summaries: Sequence[Mapping[str, Any]], *, maximize: bool) -> Mapping[str, Any]:
    """The summary of the best training; the first where none has an objective."""
    measured = [one for one in summaries if _OBJECTIVE in one]
    choose = max if maximize else min
    return choose(measured, key=lambda one: one[_OBJECTIVE]["Value"], default=summaries[0])


def placeholder(definitions: Sequence[Definition]) -> dict[str, Any]:
    """What stands for a training job while none has begun: it has what later steps may refer to."""
    names = [one.name for definition in definitions for one in definition.ranges]
    named = {} if definitions[0].name is None else {"TrainingJobDefinitionName": PLACEHOLDER}
    tuned = dict.fromkeys(names, PLACEHOLDER)
    return {"TrainingJobName": PLACEHOLDER, "TunedHyperParameters": tuned, **named}


def objective_status(trial: Trial) -> str:
    if trial.status == IN_PROGRESS:
        return "Pending"
    return "Failed" if trial.value is None else "Succeeded"
