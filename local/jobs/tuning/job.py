"""Tuning jobs: training jobs with the hyperparameters that look best, and the best of them."""

import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from local.errors import JobError, StoppedError
from local.jobs.services import Services
from local.jobs.training import TrainingJob
from local.jobs.tuning import chart, trials, warm_start
from local.jobs.tuning.definition import Definition
from local.jobs.tuning.description import PLACEHOLDER, best_of, of_trials, placeholder, summary
from local.jobs.tuning.optimizer import Optimizer, Proposal, Search, optimizer_for
from local.jobs.tuning.request import IDENTICAL, TuningRequest
from local.jobs.tuning.stopping import Judge, stopping_rule
from local.jobs.tuning.trials import COMPLETED, FAILED, IN_PROGRESS, STOPPED, Trial, best_first


class TuningJob:
    """A hyperparameter tuning job, from CreateHyperParameterTuningJob's arguments.

    Trials run in groups of MaxParallelTrainingJobs. A group is chosen, and its trials are judged, by those of
    the groups before it: what is tried, and what is stopped early, does not depend on how fast this machine
    is. A trial that fails or takes too long is left out; the job fails when none succeeds. `trials.json` and
    `trials.png` in its folder show them.
    """

    def __init__(self, name: str, arguments: Mapping[str, Any], services: Services) -> None:
        self._name = name
        self._arguments = arguments
        self._services = services
        self._trials: dict[int, Trial] = {}
        self._writing = Lock()
        self._status = IN_PROGRESS
        self._created = datetime.now(UTC)
        self._ended: datetime | None = None

    @property
    def description(self) -> dict[str, Any]:
        """The response of DescribeHyperParameterTuningJob, and as TrainingJobSummaries its training jobs.

        Those that have an objective come first, the best before the others. Before the first begins they are
        placeholders.
        """
        known = self._known
        of_those = of_trials(known, self._name, self._services.place, maximize=self._request.maximize)
        if not known and self._ended is None:
            unknown = placeholder(self._request.definitions)
            of_those |= {
                "TrainingJobSummaries": [unknown] * self._request.max_jobs,
                "BestTrainingJob": unknown,
            }
        found = {
            **self._arguments,
            "HyperParameterTuningJobName": self._name,
            "HyperParameterTuningJobArn": self._services.place.arn(
                "sagemaker", f"hyper-parameter-tuning-job/{self._name}"
            ),
            "HyperParameterTuningJobStatus": self._status,
            "CreationTime": self._created.timestamp(),
            "LastModifiedTime": (self._ended or datetime.now(UTC)).timestamp(),
            **of_those,
        }
        best = found.get("BestTrainingJob")
        if best is not None and self._request.warm_start == IDENTICAL:
            earlier = [one for parent in self._parents for one in parent.summaries]
            found["OverallBestTrainingJob"] = best_of([best, *earlier], maximize=self._request.maximize)
        if self._ended is not None:
            found["HyperParameterTuningEndTime"] = self._ended.timestamp()
            seconds = int((self._ended - self._created).total_seconds())
            found["ConsumedResources"] = {"RuntimeInSeconds": seconds}
        return found

    @property
    def training_jobs(self) -> list[dict[str, Any]]:
        """A summary of each training job that has begun, in that order."""
        return [self._summary(one) for one in self._known]

    @property
    def outputs(self) -> Sequence[str]:
        """The S3 prefixes under which the trials leave their archives."""
        return list(
            dict.fromkeys(
                one.request["OutputDataConfig"]["S3OutputPath"] for one in self._request.definitions
            )
        )

    def check(self) -> None:
        """Raise a SlipwayError for a strategy, a range or a training with which the job cannot run here."""
        for one in self._request.definitions:
            self._training(
                1, Proposal(one, dict.fromkeys((each.name for each in one.ranges), PLACEHOLDER))
            ).check()
        self._parents  # noqa: B018 - a property that refuses unknown jobs

    def run(self, folder: Path) -> None:
        """Run the trials in folders below this one; raises JobError when none of them succeeds."""
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._run_groups(folder)
        except BaseException:
            self._end(STOPPED if self._services.stopping.is_set() else FAILED)
            raise
        if not best_first(self._known, maximize=self._request.maximize):
            self._end(FAILED)
            raise JobError(f"no training job succeeded; the first one failed with: {self._trials[1].fault}")
        self._end(COMPLETED)
        self._keep()

    def _run_groups(self, folder: Path) -> None:
        request = self._request
        optimizer, rule = self._optimizer(), stopping_rule(request)
        at_once = request.max_parallel_jobs
        with ThreadPoolExecutor(min(at_once, len(os.sched_getaffinity(0)))) as pool:
            for first in range(1, request.max_jobs + 1, at_once):
                group = optimizer.ask(min(at_once, request.max_jobs + 1 - first))
                running = [
                    pool.submit(self._try, number, proposal, rule.judge(number), folder)
                    for number, proposal in enumerate(group, first)
                ]
                ended = [one.result() for one in running]
                optimizer.tell([one.value for one in ended])
                for one in ended:
                    if one.value is not None:
                        rule.learn(one.number, one.course)
                self._draw(folder)
                if all(one.value is None for one in ended):
                    break

    def _optimizer(self) -> Optimizer:
        optimizer = optimizer_for(self._request)
        if self._parents and isinstance(optimizer, Search):
            warm_start.demand_same(
                self._request.warm_start,
                self._parents,
                warm_start.made_of(self._request.definitions[0], self._services),
            )
            for parent in self._parents:
                for values, result in parent.results():
                    optimizer.know(values, result)
        return optimizer

    def _try(self, number: int, proposal: Proposal, judge: Judge, folder: Path) -> Trial:
        self._demand_going_on()
        definition = proposal.definition
        trial = Trial(number, self._job(number), definition.name, definition.metric, proposal.values)
        self._know(trial, folder)
        training = self._training(number, proposal, judge)
        place = folder / f"trial-{number:03d}"
        status, fault = COMPLETED, None
        try:
            training.run(place)
        except JobError as error:
            status, fault = STOPPED if isinstance(error, StoppedError) else FAILED, str(error)
        if training.ended_early:
            status = STOPPED
        trial = replace(
            trial, status=status, fault=fault, ended=datetime.now(UTC), emitted=tuple(training.emitted)
        )
        if fault is None:
            trial = trials.measured(trial, place)
        self._know(trial, folder)
        if fault is not None:
            self._demand_going_on()
        count = self._request.max_jobs
        print(f"{folder.name}: {number} of {count}, {trial.outcome}: {trial.tried}", file=sys.stderr)
        return trial

    def _demand_going_on(self) -> None:
        if self._services.stopping.is_set():
            raise StoppedError("it was stopped")

    def _training(self, number: int, proposal: Proposal, judge: Judge = lambda value: False) -> TrainingJob:
        definition = proposal.definition
        arguments = definition.training(proposal.values, self._services.images)
        return TrainingJob(
            self._job(number),
            arguments,
            self._services,
            lambda one: one.name == definition.metric and one.value is not None and judge(one.value),
        )

    def _know(self, trial: Trial, folder: Path) -> None:
        """Keep how a trial stands, in the file, too: another process may have to tell."""
        with self._writing:
            self._trials[trial.number] = trial
            trials.write(folder / trials.FILE, self._name, self._known, maximize=self._request.maximize)

    def _draw(self, folder: Path) -> None:
        if best := best_first(self._known, maximize=self._request.maximize):
            chart.draw(folder / "trials.png", best, self._request.definitions)

    def _end(self, status: str) -> None:
        self._status, self._ended = status, datetime.now(UTC)

    def _keep(self) -> None:
        """Write the job down for those that will begin with it, where it is one that can be begun with."""
        if self._services.tunings is None or len(self._request.definitions) > 1:
            return
        [definition] = self._request.definitions
        parent = warm_start.Parent(
            self._name,
            definition.metric,
            definition.maximize,
            definition.static,
            [one.name for one in definition.ranges],
            warm_start.made_of(definition, self._services),
            [one for one in self.training_jobs if one["ObjectiveStatus"] == "Succeeded"],
        )
        warm_start.keep(self._services.tunings, parent)

    @property
    def _known(self) -> list[Trial]:
        """The trials that have begun, in the order of their numbers."""
        return [one for _, one in sorted(self._trials.items())]

    @cached_property
    def _request(self) -> TuningRequest:
        return TuningRequest.parse(self._arguments)

    @cached_property
    def _parents(self) -> Sequence[warm_start.Parent]:
        definition: Definition = self._request.definitions[0]
        return warm_start.find(self._services.tunings, self._request.parents, definition)

    def _job(self, number: int) -> str:
        return f"{self._name}-{number:03d}"

    def _summary(self, trial: Trial) -> dict[str, Any]:
        return summary(trial, self._name, self._services.place, maximize=self._request.maximize)
