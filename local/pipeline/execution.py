"""One execution of a pipeline: every step rehearsed, then run as soon as those that it waits for are done."""

import json
import os
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assembly import Pipeline
from assembly.errors import SlipwayError
from local.containers.job import GRACE
from local.containers.process import stop_all
from local.errors import JobError, PipelineError
from local.experiments.recording import TrialComponents
from local.jobs import Services
from local.pipeline.definition import Definition, Step
from local.pipeline.expressions import Unread, Values, resolve
from local.pipeline.fingerprint import fingerprint
from local.pipeline.permissions import Permissions
from local.pipeline.progress import Progress
from local.pipeline.record import NOT_TAKEN, SUCCEEDED, UNCHANGED, StepRecord
from local.pipeline.schedule import run_all
from local.pipeline.step_cache import StepCache
from local.pipeline.step_log import StepLog
from local.pipeline.steps import STEP_TYPES, Action

# More jobs than cores would only take turns, and a laptop's memory holds a few.
_SIDE_BY_SIDE = min(4, len(os.sched_getaffinity(0)))
# Variables of the job that a step starts, by the step's type.
_JOB_NAMES = {"Training": "TrainingJobName", "Processing": "ProcessingJobName"}
# Those that SageMaker caches; the others take no time.
_CACHED_TYPES = frozenset({"Processing", "Training", "Transform", "Tuning"})


@dataclass
class Execution:
    """Runs a definition with the values of its parameters; the work of a step goes to `<folder>/<step>`.

    Its id is part of what the steps write to S3, so executions with different ids never touch each other's
    objects. Steps of the types in `leaving_out` are treated as those of a branch that is not taken. `note` is
    called with the record of each step that has ended; `property_files` are their S3 URIs by name, `packages`
    the ARNs of the model packages that it has registered, `transformed` the S3 prefixes of transform results.
    """

    id: str
    folder: Path
    pipeline: Pipeline
    definition: Definition
    parameters: Mapping[str, Any]
    services: Services
    cache: StepCache
    note: Callable[[StepRecord], None]
    leaving_out: Collection[str] = ()
    property_files: dict[str, str] = field(default_factory=dict)
    packages: list[str] = field(default_factory=list)
    transformed: list[str] = field(default_factory=list)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self.permissions = Permissions(self.services.iam, self.pipeline)
        self.components = TrialComponents(self.folder, [f"{self.pipeline.arn}/execution/{self.id}"])
        self.log = StepLog(self.folder)

    def rehearse(self) -> None:
        """Resolve and check every step without running it.

        Raises PipelineError, naming the step, for what would keep one from running here: a reference to
        nothing, an image that no program answers for, a bucket that is not declared, an argument that is
        missing or not emulated.
        """
        values = self._values(lambda uri: Unread())
        for step in self.definition.steps:
            try:
                action = self.action(step, resolve(step.arguments, self.seen_by(step, values)))
                action.check()
                values.steps[step.name] = described(step, action.description)
            except KeyError as error:
                raise PipelineError(f"step {step.name}: the argument {error.args[0]} is missing") from None
            except SlipwayError as error:
                raise PipelineError(f"step {step.name}: {error}") from None

    def run(self, progress: Progress) -> None:
        """Run the steps, those that do not wait for each other side by side.

        Raises JobError, naming the step, for the first that fails; those under way then come to their end,
        so that the next execution finds their results. When this call is interrupted they are stopped.
        Raises AccessDeniedError when SageMaker may not take on the pipeline's role.
        """
        self.permissions.begin()
        steps = _Steps(self, self._values(self._read_json), progress)
        run_all(steps, {step.name: step.after for step in self.definition.steps}, _SIDE_BY_SIDE)

    def action(self, step: Step, arguments: Mapping[str, Any]) -> Action:
        """Run the step with its resolved arguments."""
        return STEP_TYPES[step.type](self.job(step), arguments, self.services)

    def seen_by(self, step: Step, values: Values) -> Values:
        """The values with the variables that depend on the time and the step that asks."""
        variables = {**values.execution, "CurrentDateTime": _written(datetime.now(UTC))}
        if step.type in _JOB_NAMES:
            variables[_JOB_NAMES[step.type]] = self.job(step)
        return replace(values, execution=variables)

    def job(self, step: Step) -> str:
        """The name of what the step starts."""
        return f"pipelines-{self.id}-{step.name}"

    def _values(self, read_json: Callable[[str], Any]) -> Values:
        variables = {
            "StartDateTime": _written(self.started),
            "PipelineName": self.pipeline.name,
            "PipelineArn": self.pipeline.arn,
            "PipelineExecutionId": self.id,
            "PipelineExecutionArn": f"{self.pipeline.arn}/execution/{self.id}",
        }
        return Values(self.parameters, variables, {}, read_json)

    def _read_json(self, uri: str) -> Any:
        self.permissions.read_result(uri)
        try:
            return json.loads(self.services.storage.path(uri).read_bytes())
        except (OSError, ValueError) as error:
            raise JobError(f"the property file {uri} cannot be read: {error}") from None


def _written(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class _Done:
    record: StepRecord
    description: Mapping[str, Any]


class _Steps:
    """The steps of one run, as tasks of a schedule."""

    def __init__(self, execution: Execution, values: Values, progress: Progress) -> None:
        self._execution = execution
        self._values = values
        self._progress = progress
        self._steps = {step.name: step for step in execution.definition.steps}
        self._stopping = execution.services.stopping

    def is_needed(self, name: str) -> bool:
        step = self._steps[name]
        taken = step.type not in self._execution.leaving_out and step.after <= self._values.steps.keys()
        if taken and step.branch is not None:
            taken = self._values.steps[step.branch.condition]["Outcome"] is step.branch.holds
        if not taken:
            self._execution.note(StepRecord(name, step.type, NOT_TAKEN))
        return taken

    def work(self, name: str) -> _Done:
        step, started = self._steps[name], time.monotonic()
        try:
            done = self._done(step)
        except SlipwayError as error:
            raise JobError(f"step {name} failed: {error}{self._reason_for(step)}") from None
        return replace(done, record=replace(done.record, seconds=time.monotonic() - started))

    def finish(self, name: str, result: _Done) -> None:
        self._values.steps[name] = result.description
        self._execution.property_files.update(result.description["PropertyFiles"])
        if "ModelPackageArn" in result.description:
            self._execution.packages.append(result.description["ModelPackageArn"])
        if "TransformOutput" in result.description:
            self._execution.transformed.append(result.description["TransformOutput"]["S3OutputPath"])
        self._execution.note(result.record)

    def stop(self) -> None:
        self._stopping.set()
        stop_all(GRACE)

    def _done(self, step: Step) -> _Done:
        """The step's result: an earlier one where it may stand for it, else the step is run."""
        execution = self._execution
        arguments = resolve(step.arguments, execution.seen_by(step, self._values))
        action = execution.action(step, arguments)
        record = StepRecord(step.name, step.type, SUCCEEDED, origin=execution.id)
        if step.type not in _CACHED_TYPES:
            self._run(step, action, arguments)
            return _Done(record, described(step, action.description))
        key = fingerprint(step.type, arguments, execution.services)
        found = execution.cache.find(key, step.caching)
        if found is not None and self._has_property_files(described(step, found.description)):
            self._progress.unchanged(step.name, found.execution)
            execution.components.take_over(step.name, found.execution)
            job, origin = execution.job(step), found.execution
            execution.log.take_over(step, job, arguments, found.description, origin)
            record = replace(record, status=UNCHANGED, key=key, origin=found.execution)
            return _Done(record, described(step, found.description))
        self._run(step, action, arguments)
        execution.cache.keep(key, execution.id, action.description, action.outputs)
        return _Done(replace(record, key=key), described(step, action.description))

    def _run(self, step: Step, action: Action, arguments: Mapping[str, Any]) -> None:
        execution, stopped = self._execution, self._stopping.is_set
        with self._progress.step(step.name, stopped):
            if stopped():
                raise JobError("stopped before it started")
            job = execution.job(step)
            with execution.log.recording(step, job, arguments, lambda: action.description, stopped):
                execution.permissions.step(step, job, arguments, self._values.steps)
                with execution.components.recording(step.type, step.name, action, stopped):
                    action.run(execution.folder / step.name)
                if not self._has_property_files(described(step, action.description)):
                    names = ", ".join(str(file.path) for file in step.property_files)
                    raise JobError(f"it has not written its property file {names}")

    def _has_property_files(self, description: Mapping[str, Any]) -> bool:
        return all(map(self._execution.services.storage.exists, description["PropertyFiles"].values()))

    def _reason_for(self, step: Step) -> str:
        """Why a step of a branch ran at all: what its condition found."""
        if step.branch is None or step.type != "Fail":
            return ""
        return f" ({step.branch.condition}: {self._values.steps[step.branch.condition]['Words']})"


def described(step: Step, description: Mapping[str, Any]) -> Mapping[str, Any]:
    """The properties of a step together with the S3 URIs of its property files."""
    files = {}
    for file in step.property_files:
        outputs = description["ProcessingOutputConfig"]["Outputs"]
        if file.output not in outputs:
            raise PipelineError(
                f"the property file {file.name} is in the output {file.output}, which does not exist"
            )
        files[file.name] = f"{outputs[file.output]['S3Output']['S3Uri'].rstrip('/')}/{file.path}"
    return {**description, "PropertyFiles": files}
