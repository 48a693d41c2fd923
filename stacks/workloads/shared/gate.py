"""What a model has to reach before it is registered."""

from collections.abc import Mapping
from dataclasses import dataclass

from stacks.constructs.pipeline.references import Join, Parameter, Reference, Value
from stacks.constructs.pipeline.steps import (
    Condition,
    Fail,
    Processing,
    PropertyFile,
    RegisterModel,
    at_least,
)


@dataclass(frozen=True)
class Gate:
    """The least value of a metric, which whoever starts the pipeline may change.

    The evaluation is told by `--minimum-<metric>`, and its JSON has `<metric>` and `<metric>_shortfall`.
    `title` is how people write the metric. With `baseline`, another metric of the evaluation, the model has
    to reach that, too, and the shortfall is what it lacks of the larger of both.
    """

    metric: str
    title: str
    minimum: float
    baseline: str = ""

    @property
    def parameter(self) -> Parameter:
        return Parameter.number(f"Minimum{self.title}", self.minimum)

    @property
    def options(self) -> Mapping[str, Value]:
        # A command line holds strings only, and a Join is one.
        return {f"minimum-{self.metric}": Join("", (self.parameter,))}

    def step(
        self, evaluate: Processing, evaluation: PropertyFile, register: RegisterModel, suffix: str = ""
    ) -> Condition:
        """Registers a model that is good enough; any other ends the execution with what it lacks.

        The names of the steps end in `suffix`.
        """
        value = evaluate.look_up(evaluation, self.metric)
        shortfall = evaluate.look_up(evaluation, f"{self.metric}_shortfall")
        baseline = evaluate.look_up(evaluation, self.baseline) if self.baseline else None
        minimums: list[Reference] = [self.parameter, *([baseline] if baseline else [])]
        least: tuple[Value, ...] = (" misses the minimum ", self.parameter)
        if baseline:
            least = (*least, " or the baseline's ", baseline)
        words = (f"{self.title} ", value, *least, " by ", shortfall)
        too_low = Fail(f"{self.title}TooLow{suffix}", message=Join("", words))
        return Condition(
            f"GoodEnough{suffix}",
            comparisons=[at_least(value, minimum) for minimum in minimums],
            if_steps=[register],
            else_steps=[too_low],
        )
