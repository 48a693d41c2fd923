"""The record of an execution: `<runs>/<id>/execution.json`, updated while it runs."""

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from local.storage.files import write_whole

RUNNING, SUCCEEDED, FAILED, STOPPED, INTERRUPTED = "running", "succeeded", "failed", "stopped", "interrupted"
# The command of an execution that makes models.
TRAIN = "train"
UNCHANGED, NOT_TAKEN = "unchanged", "not taken"
FILE = "execution.json"


@dataclass(frozen=True)
class StepRecord:
    """How a step ended. `key` is its fingerprint, `origin` the execution that did its work."""

    name: str
    type: str
    status: str
    seconds: float = 0.0
    key: str | None = None
    origin: str | None = None


@dataclass
class ExecutionRecord:
    """An execution: what it was given, what came of it. Times are in UTC, durations in seconds.

    `number` says which came first: a clock may have been put back since.
    """

    id: str
    command: str
    workload: str
    pipeline: str
    parameters: Mapping[str, Any]
    revision: str | None
    dirty: bool
    pid: int = field(default_factory=os.getpid)
    started: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="microseconds"))
    seconds: float = 0.0
    status: str = RUNNING
    failure: str | None = None
    steps: list[StepRecord] = field(default_factory=list)
    metrics: dict[str, Any] = field(default_factory=dict)
    artifacts: dict[str, str] = field(default_factory=dict)
    package: str | None = None
    number: int = 0

    def save(self, runs: Path) -> None:
        write_whole(runs / self.id / FILE, json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a record; one that says `running` but whose process is gone was interrupted."""
        content = json.loads(path.read_text(encoding="utf-8"))
        content["steps"] = [StepRecord(**one) for one in content["steps"]]
        record = cls(**content)
        record.check()
        if record.status == RUNNING and not Path(f"/proc/{record.pid}").exists():
            record.status = INTERRUPTED
        return record

    def check(self) -> None:
        """Raises TypeError where a member is of another type than it should be."""
        for value, kind in (
            *((self.parameters, dict), (self.metrics, dict), (self.artifacts, dict)),
            *((self.number, int), (self.pid, int), (self.seconds, int | float)),
            *((self.id, str), (self.started, str), (self.status, str), (self.package, str | None)),
        ):
            if not isinstance(value, kind):
                raise TypeError(f"expected {kind}, got {value!r}")

    @property
    def finished_keys(self) -> frozenset[str]:
        """The fingerprints of the steps whose results are there."""
        return frozenset(step.key for step in self.steps if step.key is not None)

    @property
    def origins(self) -> frozenset[str]:
        """The executions whose results this one used."""
        return frozenset(step.origin for step in self.steps if step.origin is not None)


def read_all(runs: Path, workload: str) -> list[ExecutionRecord]:
    """The executions of a workload, the oldest first."""
    records = [one for one in map(readable, runs.glob(f"*/{FILE}")) if one and one.workload == workload]
    # The executions of earlier versions of the runner have no number.
    return sorted(records, key=lambda one: (one.number, one.started, one.id))


def next_number(runs: Path) -> int:
    """A number larger than that of every execution before, whichever process it was in."""
    runs.mkdir(parents=True, exist_ok=True)
    with (runs / ".number").open("a+", encoding="ascii") as counter:
        fcntl.flock(counter, fcntl.LOCK_EX)
        counter.seek(0)
        text = counter.read()
        number = int(text) + 1 if text.isdecimal() else _largest_number(runs) + 1
        counter.truncate(0)
        counter.write(str(number))
    return number


def _largest_number(runs: Path) -> int:
    records = map(readable, runs.glob(f"*/{FILE}"))
    return max((one.number for one in records if one), default=0)


def readable(path: Path) -> ExecutionRecord | None:
    """The record, None where there is none, or another version of the runner has written it."""
    try:
        return ExecutionRecord.read(path)
    except (FileNotFoundError, AttributeError, TypeError, KeyError, ValueError, RecursionError):
        return None
