"""One execution of a pipeline: every step rehearsed, then run in order."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.assembly import Pipeline
from local.errors import JobError, PipelineError, SlipwayError
from local.jobs import Services
from local.pipeline.definition import Definition, PropertyFile, Step
from local.pipeline.expressions import Values, resolve
from local.pipeline.progress import Progress
from local.pipeline.steps import STEP_TYPES, Action


@dataclass(frozen=True)
class StepRecord:
    """A step that has succeeded, and how long it took in seconds."""

    name: str
    type: str
    seconds: float


@dataclass
class Execution:
    """Runs a definition with the values of its parameters; the work of a step goes to `<folder>/<step>`.

    `id` is part of what the steps write to S3, so executions with different ids never touch each other's
    objects. `records` are the finished steps, `property_files` the S3 URIs of the property files by name.
    """

    id: str
    folder: Path
    pipeline: Pipeline
    definition: Definition
    parameters: Mapping[str, Any]
    services: Services
    records: list[StepRecord] = field(default_factory=list)
    property_files: dict[str, str] = field(default_factory=dict)

    def rehearse(self) -> None:
        """Resolve and check every step without running it.

        Raises PipelineError, naming the step, for what would keep one from running here: a reference to
        nothing, an image that no program answers for, a bucket that is not declared, an argument that is
        missing or not emulated.
        """
        values = self._values()
        for step in self.definition.steps:
            try:
                action = self._action(step, values)
                action.check()
                for file in step.property_files:
                    _location(file, action)
            except KeyError as error:
                raise PipelineError(f"step {step.name}: the argument {error.args[0]} is missing") from None
            except SlipwayError as error:
                raise PipelineError(f"step {step.name}: {error}") from None
            values.steps[step.name] = action.description

    def run(self, progress: Progress) -> None:
        """Run the steps one after the other; raises JobError, naming the step, for the first that fails."""
        values = self._values()
        for step in self.definition.steps:
            started = time.monotonic()
            with progress.step(step.name):
                try:
                    values.steps[step.name] = self._run(step, values)
                except SlipwayError as error:
                    raise JobError(f"step {step.name} failed: {error}") from None
            self.records.append(StepRecord(step.name, step.type, time.monotonic() - started))

    def _run(self, step: Step, values: Values) -> Mapping[str, Any]:
        action = self._action(step, values)
        action.run(self.folder / step.name)
        for file in step.property_files:
            uri = _location(file, action)
            if not self.services.storage.exists(uri):
                raise JobError(f"it has not written its property file {file.path}")
            self.property_files[file.name] = uri
        return action.description

    def _action(self, step: Step, values: Values) -> Action:
        arguments = resolve(step.arguments, values)
        return STEP_TYPES[step.type](f"pipelines-{self.id}-{step.name}", arguments, self.services)

    def _values(self) -> Values:
        variables = {
            "PipelineName": self.pipeline.name,
            "PipelineArn": self.pipeline.arn,
            "PipelineExecutionId": self.id,
            "PipelineExecutionArn": f"{self.pipeline.arn}/execution/{self.id}",
        }
        return Values(self.parameters, variables, {})


def _location(file: PropertyFile, action: Action) -> str:
    outputs = action.description["ProcessingOutputConfig"]["Outputs"]
    if file.output not in outputs:
        raise PipelineError(
            f"the property file {file.name} is in the output {file.output}, which is not there"
        )
    return f"{outputs[file.output]['S3Output']['S3Uri'].rstrip('/')}/{file.path}"
