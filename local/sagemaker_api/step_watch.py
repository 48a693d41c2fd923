"""The steps of an execution, as SageMaker lists them."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from assembly.place import Place
from local.containers.container import FAILURE_LENGTH
from local.pipeline.definition import CONDITION, Definition
from local.pipeline.progress import Progress
from local.pipeline.record import NOT_TAKEN
from local.pipeline.runner import Run

EXECUTING, STOPPED, FAILED, SUCCEEDED = "Executing", "Stopped", "Failed", "Succeeded"
_STATES = {"succeeded": SUCCEEDED, "failed": FAILED, "stopped": STOPPED}
# What a step has started, by its type: the member of its metadata, and the job's path in its ARN.
_JOBS = {
    "Training": ("TrainingJob", "training-job"),
    "Processing": ("ProcessingJob", "processing-job"),
    "Transform": ("TransformJob", "transform-job"),
    "Tuning": ("TuningJob", "hyper-parameter-tuning-job"),
    "Model": ("Model", "model"),
}
Steps = dict[str, dict[str, Any]]


class StepWatch(Progress):
    """Keeps what SageMaker says of each step of a run; `note` is given it at each change."""

    def __init__(
        self,
        definition: Definition,
        run: Run,
        place: Place,
        note: Callable[[Steps], None],
    ) -> None:
        self._definition = {step.name: step for step in definition.steps}
        self._run, self._place, self._note = run, place, note
        self._steps: Steps = {}
        self._lock = threading.Lock()

    def unchanged(self, name: str, execution: str) -> None:
        now = time.time()
        source = f"{self._run.execution.pipeline.arn}/execution/{execution}"
        self._change(
            name,
            StartTime=now,
            EndTime=now,
            StepStatus=SUCCEEDED,
            CacheHitResult={"SourcePipelineExecutionArn": source},
        )

    def end(self) -> None:
        """Add what is known at the end of the run only: packages, outcomes, and why it failed."""
        outcomes = {one.name: one.status for one in self._run.record.steps}
        for name, step in self._definition.items():
            if name not in self._steps:
                continue
            metadata: dict[str, Any] = {}
            if step.type == "RegisterModel" and self._run.execution.packages:
                metadata = {"RegisterModel": {"Arn": self._run.execution.packages[-1]}}
            if step.type == CONDITION and (outcome := self._outcome(name, outcomes)) is not None:
                metadata = {"Condition": {"Outcome": outcome}}
            if metadata:
                self._change(name, Metadata=metadata)
            failure = self._run.record.failure or ""
            if self._steps[name]["StepStatus"] == FAILED and failure.startswith(f"step {name} failed: "):
                self._change(name, FailureReason=failure.partition(": ")[2][:FAILURE_LENGTH])

    def _outcome(self, name: str, outcomes: Mapping[str, str]) -> str | None:
        """Which branch of a condition has been taken, where it has steps."""
        for step in self._definition.values():
            branch = step.branch
            if branch is None or branch.condition != name:
                continue
            if step.name in self._steps:
                return str(branch.holds)
            if outcomes.get(step.name) == NOT_TAKEN:
                return str(not branch.holds)
        return None

    def _start(self, name: str) -> Callable[[str], None]:
        self._change(name, StartTime=time.time(), StepStatus=EXECUTING, **self._metadata(name))
        return lambda state: self._change(name, EndTime=time.time(), StepStatus=_STATES[state])

    def _metadata(self, name: str) -> dict[str, Any]:
        if (job := _JOBS.get(self._definition[name].type)) is None:
            return {}
        member, path = job
        arn = self._place.arn("sagemaker", f"{path}/pipelines-{self._run.record.id}-{name}")
        return {"Metadata": {member: {"Arn": arn}}}

    def _change(self, name: str, **members: Any) -> None:
        with self._lock:
            known = self._steps.get(name, {"StepName": name, "AttemptCount": 1})
            self._steps = {**self._steps, name: {**known, **members}}
            self._note(self._steps)
