"""The trials of a tuning job: what each was given, how it ended, and all that it printed of its metrics."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.jobs.metrics import Emitted
from local.storage.files import write_whole, written_by

FILE = "trials.json"
IN_PROGRESS, COMPLETED, STOPPED, FAILED = "InProgress", "Completed", "Stopped", "Failed"


@dataclass(frozen=True)
class Trial:
    """One training: its place in the order, and how it ended. `definition` is None where it has no name.

    `value` is that of the objective, None where there is none; then `fault` says why.
    """

    number: int
    job: str
    definition: str | None
    objective: str
    hyperparameters: Mapping[str, str]
    status: str = IN_PROGRESS
    value: float | None = None
    fault: str | None = None
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended: datetime | None = None
    emitted: Sequence[Emitted] = ()

    @property
    def tried(self) -> str:
        values = ", ".join(f"{name} {value}" for name, value in self.hyperparameters.items())
        return f"{self.definition}: {values}" if self.definition else values

    @property
    def outcome(self) -> str:
        if self.value is None:
            return "failed"
        return f"{'stopped, ' if self.status == STOPPED else ''}{self.objective} {self.value:.5f}"

    @property
    def course(self) -> list[float]:
        """The objective, epoch by epoch."""
        return [one.value for one in self.emitted if one.name == self.objective and one.value is not None]

    def written(self) -> dict[str, Any]:
        metrics: dict[str, list[dict[str, Any]]] = {}
        for one in self.emitted:
            if one.value is not None:
                metrics.setdefault(one.name, []).append({"value": one.value, "at": _time(one.at)})
        return {
            "number": self.number,
            "job": self.job,
            "definition": self.definition,
            "status": self.status,
            "objective": self.objective,
            "value": self.value,
            "fault": self.fault,
            "hyperparameters": dict(self.hyperparameters),
            "started": _time(self.started),
            "ended": self.ended and _time(self.ended),
            "metrics": metrics,
        }


def measured(trial: Trial, place: Path) -> Trial:
    """The trial with the last value of its objective, or with the reason why it has none."""
    found = [one for one in trial.emitted if one.name == trial.objective]
    if not found:
        return replace(trial, fault=f"the metric {trial.objective} is not in the log ({place})")
    if found[-1].value is None:
        text = found[-1].text
        return replace(
            trial, fault=f"the metric {trial.objective} is {text!r} in the log, not a number ({place})"
        )
    return replace(trial, value=found[-1].value)


def best_first(trials: Sequence[Trial], *, maximize: bool) -> list[Trial]:
    """The trials with an objective, best first; of two equal ones the earlier first."""
    measured = [one for one in trials if one.value is not None]
    return sorted(measured, key=lambda one: -(one.value or 0.0) if maximize else (one.value or 0.0))


def read(path: Path) -> tuple[list[Trial], bool]:
    """The trials that `write` has left, without what they printed, and whether they maximize; none where
    there is no file yet. Raises FilesError for one that is not as `write` leaves it."""
    if not path.is_file():
        return [], True
    with written_by("a tuning job", path):
        content = json.loads(path.read_text(encoding="utf-8"))
        return [_read(one) for one in content["trials"]], bool(content["maximize"])


def _read(one: Mapping[str, Any]) -> Trial:
    return Trial(
        one["number"],
        one["job"],
        one["definition"],
        one["objective"],
        dict(one["hyperparameters"]),
        one["status"],
        one["value"],
        one["fault"],
        datetime.fromisoformat(one["started"]),
        one["ended"] and datetime.fromisoformat(one["ended"]),
    )


def write(path: Path, name: str, trials: Sequence[Trial], *, maximize: bool) -> None:
    """The trials as JSON in the order of their numbers, one a line, and which is the best so far."""
    best = best_first(trials, maximize=maximize)
    head = {"name": name, "maximize": maximize, "best": best[0].job if best else None}
    lines = ",\n".join(json.dumps(one.written()) for one in trials)
    write_whole(path, f'{json.dumps(head)[:-1]}, "trials": [\n{lines}\n]}}\n')


def _time(time: datetime) -> str:
    return time.isoformat(timespec="microseconds")
