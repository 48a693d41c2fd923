"""Tuning jobs: training jobs with the hyperparameters that look best, and the best of them."""

import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

from local.errors import JobError
from local.jobs.arguments import TUNING, refuse
from local.jobs.cluster import Cluster
from local.jobs.metrics import pattern_of
from local.jobs.services import Services, only
from local.jobs.training import TrainingJob
from local.jobs.tuning import trials
from local.jobs.tuning.objective import last_value
from local.jobs.tuning.optimizer import STRATEGIES, Optimizer
from local.jobs.tuning.space import read_space
from local.jobs.tuning.trials import Trial, best_first

_UNKNOWN = "<known when it has run>"


class TuningJob:
    """A hyperparameter tuning job, from CreateHyperParameterTuningJob's arguments.

    Trials run in groups of MaxParallelTrainingJobs, and a group is chosen when all of the one before it have
    ended: what is tried does not depend on how fast this machine is. A trial that fails is left out, as
    SageMaker does; the job fails when none succeeds. `trials.json` and `trials.png` in its folder show them.
    """

    def __init__(self, name: str, arguments: Mapping[str, Any], services: Services) -> None:
        self._name = name
        self._arguments = arguments
        self._services = services
        self._config = arguments["HyperParameterTuningJobConfig"]
        self._definition = arguments["TrainingJobDefinition"]
        self._objective = self._config["HyperParameterTuningJobObjective"]
        self._metric = str(self._objective["MetricName"])
        self._maximize = self._objective["Type"] == "Maximize"
        self._trials: list[Trial] = []

    @property
    def description(self) -> dict[str, Any]:
        """The response of DescribeHyperParameterTuningJob, and the training jobs, best first."""
        summaries = [self._summary(one) for one in best_first(self._trials, maximize=self._maximize)]
        unknown = dict.fromkeys((one.name for one in self._space), _UNKNOWN)
        best = {"TrainingJobName": _UNKNOWN, "TunedHyperParameters": unknown}
        return {
            **self._arguments,
            "HyperParameterTuningJobName": self._name,
            "HyperParameterTuningJobArn": self._arn("hyper-parameter-tuning-job", self._name),
            "BestTrainingJob": summaries[0] if summaries else best,
            "TrainingJobSummaries": summaries,
        }

    @property
    def outputs(self) -> Sequence[str]:
        """The S3 prefix under which the trials leave their archives."""
        return [self._definition["OutputDataConfig"]["S3OutputPath"]]

    def check(self) -> None:
        """Raise a SlipwayError for a strategy, a range or a training with which the job cannot run here."""
        only({"Strategy": self._config["Strategy"]}, {"Strategy": tuple(STRATEGIES)})
        refuse(TUNING, self._arguments)
        only(self._objective, {"Type": ("Maximize", "Minimize")})
        count, at_once = self._limits
        if count < 1 or at_once < 1:
            raise JobError(f"expected at least 1 training job and 1 at a time, got {count} and {at_once}")
        self._pattern  # noqa: B018 - a property that refuses a wrong pattern
        names = [one.name for one in self._space]
        self._training(1, dict.fromkeys(names, _UNKNOWN)).check()

    def run(self, folder: Path) -> None:
        """Run the trials in folders below this one; raises JobError when none of them succeeds."""
        folder.mkdir(parents=True, exist_ok=True)
        count, at_once = self._limits
        optimizer = Optimizer(
            self._space, self._config["Strategy"], self._maximize, self._config.get("RandomSeed", 0), at_once
        )
        with ThreadPoolExecutor(min(at_once, len(os.sched_getaffinity(0)))) as pool:
            for first in range(1, count + 1, at_once):
                group = optimizer.ask(min(at_once, count + 1 - first))
                tried = [
                    pool.submit(self._try, number, values, folder)
                    for number, values in enumerate(group, first)
                ]
                ended = [one.result() for one in tried]
                self._trials += ended
                optimizer.tell([one.value for one in ended])
                trials.write(folder, self._metric, self._trials, maximize=self._maximize)
                if all(one.value is None for one in ended):
                    break
        if not best_first(self._trials, maximize=self._maximize):
            raise JobError(f"no training job succeeded; the first one failed with: {self._trials[0].fault}")

    def _try(self, number: int, values: Mapping[str, str], folder: Path) -> Trial:
        self._demand_going_on()
        job, place = self._job(number), folder / f"trial-{number:03d}"
        value, fault = None, None
        try:
            self._training(number, values).run(place)
            log = Cluster.of(self._definition.get("ResourceConfig", {}), place).first.log
            value = last_value(self._pattern, log, self._metric)
        except JobError as error:
            self._demand_going_on()
            fault = str(error)
        trial = Trial(number, job, values, value, fault)
        outcome = "failed" if value is None else f"{self._metric} {value:.5f}"
        print(f"{folder.name}: {number} of {self._limits[0]}, {outcome}: {trial.tried}", file=sys.stderr)
        return trial

    def _demand_going_on(self) -> None:
        if self._services.stopping.is_set():
            raise JobError("it was stopped")

    def _training(self, number: int, values: Mapping[str, str]) -> TrainingJob:
        definition = dict(self._definition)
        static = definition.pop("StaticHyperParameters", {})
        definition["HyperParameters"] = {**static, **values, "_tuning_objective_metric": self._metric}
        return TrainingJob(self._job(number), definition, self._services)

    @cached_property
    def _space(self) -> Sequence[Any]:
        return read_space(self._config.get("ParameterRanges", {}))

    @cached_property
    def _pattern(self) -> str:
        algorithm = self._definition["AlgorithmSpecification"]
        return pattern_of(self._metric, algorithm, self._services.images.find(algorithm["TrainingImage"]))

    @property
    def _limits(self) -> tuple[int, int]:
        limits = self._config["ResourceLimits"]
        return int(limits["MaxNumberOfTrainingJobs"]), int(limits["MaxParallelTrainingJobs"])

    def _job(self, number: int) -> str:
        return f"{self._name}-{number:03d}"

    def _arn(self, kind: str, name: str) -> str:
        return self._services.place.arn("sagemaker", f"{kind}/{name}")

    def _summary(self, trial: Trial) -> dict[str, Any]:
        metric = {"MetricName": self._metric, "Value": trial.value}
        return {
            "TrainingJobName": trial.job,
            "TrainingJobArn": self._arn("training-job", trial.job),
            "TrainingJobStatus": "Completed",
            "TunedHyperParameters": dict(trial.hyperparameters),
            "FinalHyperParameterTuningJobObjectiveMetric": metric,
        }
