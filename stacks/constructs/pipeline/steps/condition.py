"""The steps that decide how an execution goes on: Condition, and Fail, which ends it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from stacks.constructs.pipeline.references import Join, Reference
from stacks.constructs.pipeline.steps.step import Jobs, Step


@dataclass(frozen=True, kw_only=True)
class Condition(Step):
    """Goes on with some steps where a value is at least each minimum, and with others where it is less."""

    type: ClassVar[str] = "Condition"

    value: Reference
    minimums: Sequence[Reference]
    if_steps: Sequence[Step]
    else_steps: Sequence[Step]

    def arguments(self, jobs: Jobs) -> dict[str, Any]:
        return {
            "Conditions": [
                {"Type": "GreaterThanOrEqualTo", "LeftValue": self.value, "RightValue": minimum}
                for minimum in self.minimums
            ],
            "IfSteps": [step.render(jobs) for step in self.if_steps],
            "ElseSteps": [step.render(jobs) for step in self.else_steps],
        }


@dataclass(frozen=True, kw_only=True)
class Fail(Step):
    """Ends the execution as failed, with a message that it puts together then."""

    type: ClassVar[str] = "Fail"

    message: Join

    def arguments(self, jobs: Jobs) -> dict[str, Any]:
        return {"ErrorMessage": self.message}
