"""The steps that decide how an execution goes on: Condition, and Fail, which ends it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from stacks.constructs.pipeline.references import Join, Reference, Value
from stacks.constructs.pipeline.steps.step import Jobs, Step


@dataclass(frozen=True)
class Comparison:
    """What a condition asks of a value."""

    type: str
    value: Reference
    other: Value | Reference

    def declare(self) -> dict[str, Any]:
        return {"Type": self.type, "LeftValue": self.value, "RightValue": self.other}


def at_least(value: Reference, minimum: Reference) -> Comparison:
    """The value is a number that is not less than the minimum."""
    return Comparison("GreaterThanOrEqualTo", value, minimum)


def equal(value: Reference, other: Value) -> Comparison:
    """The value is the other one."""
    return Comparison("Equals", value, other)


@dataclass(frozen=True, kw_only=True)
class Condition(Step):
    """Goes on with some steps where every comparison holds, and with others where one does not."""

    type: ClassVar[str] = "Condition"

    comparisons: Sequence[Comparison]
    if_steps: Sequence[Step]
    else_steps: Sequence[Step]

    def arguments(self, jobs: Jobs) -> dict[str, Any]:
        return {
            "Conditions": [one.declare() for one in self.comparisons],
            "IfSteps": [step.render(jobs) for step in self.if_steps],
            "ElseSteps": [step.render(jobs) for step in self.else_steps],
        }

    def grant_looked_up(self, jobs: Jobs, looked_up: Collection[str]) -> None:
        for step in (*self.if_steps, *self.else_steps):
            step.grant_looked_up(jobs, looked_up)


@dataclass(frozen=True, kw_only=True)
class Fail(Step):
    """Ends the execution as failed, with a message that it puts together then."""

    type: ClassVar[str] = "Fail"

    message: Join

    def arguments(self, jobs: Jobs) -> dict[str, Any]:
        return {"ErrorMessage": self.message}
