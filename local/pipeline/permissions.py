"""What an execution of a pipeline needs IAM's leave for, asked before it is done."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from assembly import Pipeline
from local.pipeline.definition import Step
from rehearsal.iam.calls import Call
from rehearsal.iam.calls import pipelines as calls
from rehearsal.iam.calls.call import Caller
from rehearsal.iam.calls.events import starts
from rehearsal.iam.enforcement import Iam
from rehearsal.iam.inventory import Inventory

_MODEL, _ROLE = "ModelName", "ExecutionRoleArn"


class Permissions:
    """Of one pipeline; each method raises AccessDeniedError. Where no role is declared that runs it, only
    what its jobs do is asked for."""

    def __init__(self, iam: Iam, pipeline: Pipeline) -> None:
        self._iam = iam
        self._pipeline = pipeline

    def by_event(self) -> None:
        """May EventBridge start it, where a rule does?"""
        self._iam.demand(partial(starts, pipeline=self._pipeline.arn))

    def begin(self) -> None:
        """May SageMaker take on its role?"""
        self._as_starter(lambda starter: [calls.start(starter.inventory, self._pipeline.name, starter)])

    def read_result(self, uri: str) -> None:
        """May it read a step's file for a condition?"""
        self._as_starter(lambda starter: calls.reads_result(starter, uri))

    def step(self, step: Step, job: str, arguments: Mapping[str, Any], done: Mapping[str, Any]) -> None:
        """May it run a step, and its job do its work? `done` are the descriptions of the steps before."""

        def derive(inventory: Inventory) -> Iterable[Call]:
            model = None
            if step.type == "Transform":
                name = arguments[_MODEL]
                model = _created(name, done) or calls.deployed(inventory, name)
            made = calls.Step(step.name, step.type, arguments, job, model)
            if (role := self._pipeline.role) is None:
                return calls.job_calls(inventory, f"the step {step.name}", made)
            return calls.step_calls(self._starter(inventory, role), made)

        self._iam.demand(derive)

    def _as_starter(self, derive: Callable[[Caller], Iterable[Call]]) -> None:
        if (role := self._pipeline.role) is not None:
            self._iam.demand(lambda inventory: derive(self._starter(inventory, role)))

    def _starter(self, inventory: Inventory, role: str) -> Caller:
        name = self._pipeline.name
        declared = inventory.resources("AWS::SageMaker::Pipeline")
        path = next((inventory.path(one) for one in declared if one.known_name == name), name)
        return Caller(inventory, role, path)


def _created(name: str, done: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """CreateModel's arguments of a step that has created the model."""
    models = (one for one in done.values() if one.get(_MODEL) == name and _ROLE in one)
    return next(models, None)
