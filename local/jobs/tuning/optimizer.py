"""Which values to try next: optuna behind the strategies that SageMaker's tuner has names for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.jobs.tuning.space import Range

# SageMaker's name, and whether earlier trials count.
STRATEGIES = {"Bayesian": True, "Random": False}


@dataclass
class Optimizer:
    """Suggests values for the ranges, as many sets as are asked for, and learns from what came of them.

    The same seed, sizes of the groups and results give the same suggestions. Without results a Bayesian one
    begins with a random group.
    """

    ranges: Sequence[Range]
    strategy: str
    maximize: bool
    seed: int
    group: int
    _trials: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Imported here: it takes half a second, and few pipelines tune.
        import optuna  # noqa: PLC0415

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        samplers = optuna.samplers
        self._failed = optuna.trial.TrialState.FAIL
        self._study = optuna.create_study(
            direction="maximize" if self.maximize else "minimize",
            sampler=samplers.TPESampler(seed=self.seed, n_startup_trials=self.group)
            if STRATEGIES[self.strategy]
            else samplers.RandomSampler(seed=self.seed),
        )

    def ask(self, count: int) -> list[Mapping[str, str]]:
        """The next sets of values, by the ranges' names; their results are to be told before any others."""
        self._trials = [self._study.ask() for _ in range(count)]
        return [{one.name: one.suggest(trial) for one in self.ranges} for trial in self._trials]

    def tell(self, values: Sequence[float | None]) -> None:
        """The results of the sets of values asked for last, in their order; None for one that failed."""
        for trial, value in zip(self._trials, values, strict=True):
            if value is None:
                self._study.tell(trial, state=self._failed)
            else:
                self._study.tell(trial, value)
