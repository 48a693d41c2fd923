"""When a training is stopped before its end: by what it has printed so far, never by how long that took.

A training is judged against those that had ended when it began; the others of its own group do not count,
since which of them is ahead depends on the machine.
"""

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from local.jobs.tuning.request import Direction, Resources, TuningRequest

# Told of each value of a training's objective, one an epoch: whether the training is to stop.
type Judge = Callable[[float], bool]

_REDUCTION_FACTOR = 3


class StoppingRule(Protocol):
    """Gives each training a judge, and learns from those that have ended. Numbers count from 1."""

    def judge(self, number: int) -> Judge: ...

    def learn(self, number: int, values: Sequence[float]) -> None: ...


def stopping_rule(request: TuningRequest) -> StoppingRule:
    if request.resources is not None:
        return Hyperband(request.resources, request.direction)
    return MedianRule(maximize=request.maximize) if request.stops_early else Never()


class Never:
    def judge(self, number: int) -> Judge:
        return lambda value: False

    def learn(self, number: int, values: Sequence[float]) -> None:
        pass


class MedianRule:
    """SageMaker's early stopping: a training stops at an epoch whose value is worse than the median of the
    earlier trainings' averages up to that epoch. Trainings that had ended before that epoch do not count."""

    def __init__(self, *, maximize: bool) -> None:
        self._sign = 1 if maximize else -1
        self._earlier: list[Sequence[float]] = []

    def judge(self, number: int) -> Judge:
        earlier, epoch = tuple(self._earlier), 0

        def is_worse(value: float) -> bool:
            nonlocal epoch
            epoch += 1
            averages = [statistics.fmean(one[:epoch]) for one in earlier if len(one) >= epoch]
            return bool(averages) and self._sign * value < self._sign * statistics.median(averages)

        return is_worse

    def learn(self, number: int, values: Sequence[float]) -> None:
        self._earlier.append(values)


class Hyperband:
    """Successive halving in several brackets, by optuna's pruner; a resource is an epoch.

    A training that goes on beyond the most resources stops as well.
    """

    def __init__(self, resources: Resources, direction: Direction) -> None:
        self._resources = resources
        self._direction: Direction = direction
        self._running: dict[int, Any] = {}
        # What each training came to at its rungs, as optuna's pruner notes it.
        self._rungs: dict[int, Mapping[str, Any]] = {}

    def judge(self, number: int) -> Judge:
        trial, epoch = self._trial(number), 0
        self._running[number] = trial

        def is_left_behind(value: float) -> bool:
            nonlocal epoch
            epoch += 1
            trial.report(value, epoch)
            return bool(trial.should_prune()) or epoch > self._resources.most

        return is_left_behind

    def learn(self, number: int, values: Sequence[float]) -> None:
        study = self._running.pop(number).study
        self._rungs[number] = study.trials[-1].system_attrs

    def _trial(self, number: int) -> Any:
        """A trial of that number in a study of those that had ended before it."""
        # Imported here: it takes half a second, and few pipelines tune.
        import optuna  # noqa: PLC0415

        states = optuna.trial.TrialState
        study = optuna.create_study(
            study_name="hyperband",  # with the number it decides the bracket
            direction=self._direction,
            pruner=optuna.pruners.HyperbandPruner(
                min_resource=self._resources.least,
                max_resource=self._resources.most,
                reduction_factor=_REDUCTION_FACTOR,
            ),
        )
        for earlier in range(1, number):
            rungs = dict(self._rungs.get(earlier, {}))
            study.add_trial(optuna.trial.create_trial(state=states.FAIL, system_attrs=rungs))
        return study.ask()
