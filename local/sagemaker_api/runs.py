"""The executions of pipelines in a workspace, whoever has started them, and the jobs of their steps."""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
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


class _Reader[T]:
    """Reads files once, until others take their place: most executions have ended long ago. Not for files
    that change often: the times of a file system are coarse, so two versions may look the same."""

    def __init__(self, read: Callable[[Path], T]) -> None:
        self._read = read
        self._known: dict[Path, tuple[tuple[int, ...], T]] = {}

    def __call__(self, path: Path) -> T | None:
        """What the file holds; None where there is none."""
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        version = status.st_ino, status.st_mtime_ns, status.st_size
        if path not in self._known or self._known[path][0] != version:
            self._known[path] = version, self._read(path)
        return self._known[path][1]


@dataclass(frozen=True)
class Found:
    """An execution, its folder, and what reads the log of its steps once it has ended."""

    record: ExecutionRecord
    folder: Path
    log: Callable[[Path], Sequence[step_log.Entry] | None]

    @property
    def started(self) -> float:
        return datetime.fromisoformat(self.record.started).timestamp()

    @property
    def modified(self) -> float:
        return (self.folder / FILE).stat().st_mtime

    def steps(self) -> Sequence[step_log.Entry]:
        """Its steps as they stand; what ran when its process ended has failed."""
        if self.record.status == RUNNING:
            return step_log.read(self.folder)
        steps = self.log(self.folder / step_log.FILE) or []
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
        self._record = _Reader(readable)
        self._log = _Reader(lambda path: step_log.read(path.parent))

    def all(self) -> Iterator[Found]:
        for path in self._folder.glob(f"*/{FILE}"):
            if (found := self.find(path.parent.name)) is not None:
                yield found

    def find(self, id: str) -> Found | None:
        """An execution that has begun."""
        folder = self._folder / id
        record = self._record(folder / FILE)
        if record is not None and record.status == RUNNING:
            # Its process may have ended without another word.
            record = readable(folder / FILE)
        return None if record is None else Found(record, folder, self._log)

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
