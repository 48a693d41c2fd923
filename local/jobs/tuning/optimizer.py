"""What to try next: optuna behind the strategies that SageMaker's tuner has names for."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from local.jobs.tuning.definition import Definition
from local.jobs.tuning.request import BAYESIAN, GRID, Direction, TuningRequest, combinations
from local.jobs.tuning.space import Range

# Each of several definitions gets so many trainings before what came of them decides.
_DEALT_EACH = 2
_CHOICE = "definition"


@dataclass(frozen=True)
class Proposal:
    """A training to run: which definition, and the values of its ranges."""

    definition: Definition
    values: Mapping[str, str]


class Optimizer(Protocol):
    """Proposes as many trainings as are asked for, and learns from what came of them.

    The same request, sizes of the groups and results give the same proposals.
    """

    def ask(self, count: int) -> list[Proposal]:
        """The next proposals; their results are to be told before any others."""
        ...

    def tell(self, values: Sequence[float | None]) -> None:
        """The results of the proposals asked for last, in their order; None for one that failed."""
        ...


def optimizer_for(request: TuningRequest) -> Optimizer:
    if request.strategy == GRID:
        return Grid(request.definitions[0])
    return Search(request)


class Grid:
    """Every combination once, in the order in which the ranges declare their values; nothing is learned."""

    def __init__(self, definition: Definition) -> None:
        names = [one.name for one in definition.ranges]
        self._proposals: Iterator[Proposal] = (
            Proposal(definition, dict(zip(names, values, strict=True)))
            for values in itertools.product(*combinations(definition))
        )

    def ask(self, count: int) -> list[Proposal]:
        return list(itertools.islice(self._proposals, count))

    def tell(self, values: Sequence[float | None]) -> None:
        pass


class Search:
    """Chooses a definition, then values for its ranges; with one definition there is nothing to choose.

    Several definitions first get trainings in turn: the first group, or two each if that is more. Then their
    results decide: under the Bayesian strategy a definition is sampled as one more hyperparameter would be.
    The first values of each definition are random ones.
    """

    def __init__(self, request: TuningRequest) -> None:
        self._definitions = request.definitions
        count = len(request.definitions)
        dealt = max(request.max_parallel_jobs, _DEALT_EACH * count) if count > 1 else 0
        at_random = -(-dealt // count) if dealt else request.max_parallel_jobs
        learns, direction = request.strategy == BAYESIAN, request.direction
        self._choice = _Study(direction, request.seed, 1 if learns else None)
        self._dealt = itertools.cycle(range(count)) if count > 1 else None
        self._left_to_deal = dealt
        self._studies = [
            _Study(direction, request.seed + number, at_random if learns else None) for number in range(count)
        ]
        self._asked: list[tuple[_Study, Any, Any]] = []

    def know(self, values: Mapping[str, str], result: float) -> None:
        """Learn from a training of an earlier job; one with a value outside of the ranges says nothing."""
        known = {
            one.name: one.known(values[one.name]) for one in self._definitions[0].ranges if one.name in values
        }
        if len(known) == len(self._definitions[0].ranges) and None not in known.values():
            self._studies[0].know(self._definitions[0].ranges, known, result)

    def ask(self, count: int) -> list[Proposal]:
        self._asked = []
        proposals = []
        for _ in range(count):
            number, choice = self._choose()
            definition, study = self._definitions[number], self._studies[number]
            trial = study.ask()
            proposals.append(
                Proposal(definition, {one.name: one.suggest(trial) for one in definition.ranges})
            )
            self._asked.append((study, trial, choice))
        return proposals

    def tell(self, values: Sequence[float | None]) -> None:
        for (study, trial, choice), value in zip(self._asked, values, strict=True):
            study.tell(trial, value)
            if choice is not None:
                self._choice.tell(choice, value)

    def _choose(self) -> tuple[int, Any]:
        """The number of a definition, and the trial in which it was chosen."""
        if self._dealt is None:
            return 0, None
        given = {}
        if self._left_to_deal:
            self._left_to_deal -= 1
            given = {_CHOICE: next(self._dealt)}
        trial = self._choice.ask(given)
        return trial.suggest_categorical(_CHOICE, list(range(len(self._definitions)))), trial


class _Study:
    """One of optuna's studies; it learns after so many random trials, or never."""

    def __init__(self, direction: Direction, seed: int, learns_after: int | None) -> None:
        # Imported here: it takes half a second, and few pipelines tune.
        import optuna  # noqa: PLC0415

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        samplers = optuna.samplers
        self._failed = optuna.trial.TrialState.FAIL
        self._study = optuna.create_study(
            direction=direction,
            sampler=samplers.RandomSampler(seed=seed)
            if learns_after is None
            else samplers.TPESampler(seed=seed, n_startup_trials=learns_after),
        )

    def ask(self, given: Mapping[str, Any] | None = None) -> Any:
        if given:
            self._study.enqueue_trial(dict(given))
        return self._study.ask()

    def tell(self, trial: Any, value: float | None) -> None:
        if value is None:
            self._study.tell(trial, state=self._failed)
        else:
            self._study.tell(trial, value)

    def know(self, ranges: Sequence[Range], values: Mapping[str, Any], result: float) -> None:
        trial = self.ask(values)
        for one in ranges:
            one.suggest(trial)
        self.tell(trial, result)
