"""The executions of pipelines in a workspace, whoever has started them, and the jobs of their steps."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from local.pipeline import step_log
from local.pipeline.record import FAILED, FILE, RUNNING, ExecutionRecord, readable
from local.pipeline.runner import DEFINITION
from local.pipeline.step_log import EXECUTING, STOPPED, SUCCEEDED
from local.sagemaker_api.queue import COMPLETED, IN_PROGRESS
from local.sagemaker_api.records import Record

# The name of a job, as `Execution.job` makes it.
_JOB = re.compile(r"pipelines-([^-]+)-.+")
_ENDED = "the process that ran the pipeline ended while it ran; start another execution"
_STATES = {EXECUTING: IN_PROGRESS, SUCCEEDED: COMPLETED}
# How the members of a request begin that a step of a type sends.
_PREFIXES = {"Tuning": "HyperParameterTuningJob", "Model": "Model"}


@dataclass(frozen=True)
class Found:
    """An execution, and its folder."""

    record: ExecutionRecord
    folder: Path

    @property
    def started(self) -> float:
        return datetime.fromisoformat(self.record.started).timestamp()

    @property
    def modified(self) -> float:
        return (self.folder / FILE).stat().st_mtime

    def steps(self) -> list[step_log.Entry]:
        """Its steps as they stand; what ran when its process ended has failed."""
        steps = step_log.read(self.folder)
        if self.record.status == RUNNING:
            return steps
        gone = {"status": step_log.FAILED, "failure": _ENDED, "ended": self.modified}
        return [one if one["ended"] is not None else {**one, **gone} for one in steps]

    def definition(self) -> str | None:
        """The definition that it ran; None where an earlier version of the runner kept none."""
        path = self.folder / DEFINITION
        return path.read_text(encoding="utf-8") if path.is_file() else None


class Runs:
    """The executions of a workspace: `folder` has one for each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> Iterator[Found]:
        for path in self._folder.glob(f"*/{FILE}"):
            if (found := self.find(path.parent.name)) is not None:
                yield found

    def find(self, id: str) -> Found | None:
        """An execution that has begun."""
        folder = self._folder / id
        record = readable(folder / FILE)
        return None if record is None else Found(record, folder)

    def fail(self, id: str, reason: str) -> None:
        """Write down that an execution that another process ran has ended with it."""
        record = readable(self._folder / id / FILE)
        if record is not None:
            record.status, record.failure, record.pid = FAILED, reason, os.getpid()
            record.save(self._folder)

    def jobs(self, type: str, name: str | None = None) -> Iterator[Record]:
        """The jobs, or models, of the steps of a type, as if clients had created them; or that of a name."""
        for found in self.all() if name is None else self._with(name):
            for step in found.steps():
                if step["type"] == type and step["origin"] is None and name in (None, step["job"]):
                    yield _record(found, step)

    def _with(self, name: str) -> Iterator[Found]:
        match = _JOB.fullmatch(name)
        found = None if match is None else self.find(match[1])
        if found is not None:
            yield found


def _record(found: Found, step: Mapping[str, Any]) -> Record:
    name, status = step["job"], _STATES.get(step["status"], step["status"])
    prefix = _PREFIXES.get(step["type"], f"{step['type']}Job")
    started, ended = step["started"], step["ended"]
    transitions = [{"Status": "Training", "StartTime": started, "StatusMessage": "A pipeline runs the job"}]
    if ended is not None:
        transitions[0]["EndTime"] = ended
        last = "The job was stopped" if status == STOPPED else f"The job has {status.lower()}"
        transitions.append({"Status": status, "StartTime": ended, "EndTime": ended, "StatusMessage": last})
    return {
        "name": name,
        "request": {**step["arguments"], f"{prefix}Name": name},
        "created": started,
        "modified": ended or started,
        "started": started,
        "ended": ended,
        "status": status,
        "phase": "Training" if ended is None else status,
        "transitions": transitions,
        "failure": step["failure"],
        "result": step["result"],
        "tags": {},
        "folder": str(found.folder / step["name"]),
    }
