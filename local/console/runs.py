"""Executions as the console shows them: each with its graph of steps, also those that are still to come."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from assembly import Assembly, Pipeline
from assembly.errors import SlipwayError
from local.pipeline.definition import Definition
from local.pipeline.record import FILE, RUNNING, ExecutionRecord, readable
from local.pipeline.steps import STEP_TYPES
from local.storage.workspace import Workspace

# Of a step that has no record yet.
WAITING = "waiting"
NEWEST = 50


class Runs:
    """The executions in a workspace, whose pipelines an assembly declares."""

    def __init__(self, declared: Assembly, workspace: Workspace) -> None:
        self._declared = declared
        self._workspace = workspace

    def document(self) -> dict[str, Any]:
        """The newest executions first."""
        return {"runs": [self._described(one) for one in reversed(self._records()[-NEWEST:])]}

    def of(self, workload: str) -> list[ExecutionRecord]:
        """A workload's executions, the oldest first."""
        return [one for one in self._records() if one.workload == workload]

    def _records(self) -> list[ExecutionRecord]:
        found = [one for path in self._workspace.runs.glob(f"*/{FILE}") if (one := readable(path))]
        return sorted(found, key=lambda one: (one.number, one.started, one.id))

    def _described(self, record: ExecutionRecord) -> dict[str, Any]:
        return {
            "workload": record.workload,
            "name": record.id,
            "command": record.command,
            "pipeline": record.pipeline,
            "status": record.status,
            "started": record.started,
            "ended": None if record.status == RUNNING else _later(record.started, record.seconds),
            "seconds": record.seconds,
            "failure": record.failure,
            "parameters": record.parameters,
            "metrics": record.metrics,
            "package": record.package,
            "steps": self._steps(record),
        }

    def _steps(self, record: ExecutionRecord) -> list[dict[str, Any]]:
        """Those of the declared pipeline in its order, then those that it no longer has."""
        after = self._graphs.get(record.pipeline, {})
        known = {one.name: one for one in record.steps}
        steps = []
        for name in dict.fromkeys([*after, *known]):
            kind, before = after.get(name, ("", ()))
            one = known.get(name)
            steps.append(
                {
                    "name": name,
                    "type": one.type if one else kind,
                    "status": one.status if one else self._state(record, name),
                    "after": list(before),
                    "seconds": one.seconds if one else None,
                    "origin": one.origin if one else None,
                }
            )
        return steps

    def _state(self, record: ExecutionRecord, step: str) -> str:
        # A step makes its folder when it starts.
        has_begun = (self._workspace.runs / record.id / step).is_dir()
        return record.status if has_begun else WAITING

    @cached_property
    def _graphs(self) -> dict[str, Mapping[str, tuple[str, Sequence[str]]]]:
        """Of each pipeline, by its name, the type of each step and those that it waits for."""
        return {one.name: _graph(one) for one in self._declared.pipelines()}


def _graph(pipeline: Pipeline) -> Mapping[str, tuple[str, Sequence[str]]]:
    try:
        steps = Definition.parse(pipeline.definition, STEP_TYPES).steps
    except SlipwayError:
        return {}
    return {one.name: (one.type, sorted(one.after)) for one in steps}


def _later(started: str, seconds: float) -> str:
    try:
        return (datetime.fromisoformat(started) + timedelta(seconds=seconds)).isoformat()
    except (ValueError, OverflowError):
        return started
