"""Writes down the trial components of an execution: `<runs>/<execution>/trial-components.json`."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from assembly.errors import SlipwayError
from local.experiments.component import COMPLETED, FAILED, STOPPED, Outcome
from local.experiments.jobs import Work, components
from local.storage.files import write_whole

FILE = "trial-components.json"


class Job(Protocol):
    @property
    def description(self) -> Mapping[str, Any]: ...


@dataclass
class TrialComponents:
    """Of one execution, whose folder `folder` is; those of others lie beside it. `parents` are ARNs.

    The file is whole at any time, and has every job that has ended. Safe to be used by several threads.
    """

    folder: Path
    parents: list[str] = field(default_factory=list)
    _written: list[dict[str, Any]] = field(init=False, default_factory=list)
    _lock: Lock = field(init=False, default_factory=Lock)

    @contextmanager
    def recording(self, kind: str, step: str, job: Job, stopped: Callable[[], bool]) -> Iterator[None]:
        """Write down the job of a step of the type `kind`, which runs in the block, however it ends.

        `job` has its `description`; `stopped` says whether it was made to end.
        """
        started, status, message = _now(), FAILED, "it was interrupted"
        try:
            yield
            status, message = COMPLETED, ""
        except SlipwayError as error:
            status, message = (STOPPED, "") if stopped() else (FAILED, str(error))
            raise
        finally:
            outcome = Outcome(status, started, _now(), message)
            made = components(kind, job.description, Work(step, self.folder / step, outcome, self.parents))
            self._add([one.written() for one in made])

    def take_over(self, step: str, origin: str) -> None:
        """Note that the step's result is that of another execution, whose components are this one's, too."""
        self._add(
            [{**one, "Origin": origin} for one in read(self.folder.parent / origin) if one["Step"] == step]
        )

    def _add(self, made: list[dict[str, Any]]) -> None:
        if not made:
            return
        with self._lock:
            self._written += made
            lines = ",\n".join(map(json.dumps, self._written))
            write_whole(self.folder / FILE, f"[\n{lines}\n]\n")


def read(run: Path) -> list[dict[str, Any]]:
    """The components in the folder of an execution, in the order in which the jobs ended; empty for one of an
    earlier version of the runner, which wrote no such file."""
    try:
        content = json.loads((run / FILE).read_bytes())
    except (FileNotFoundError, ValueError):
        return []
    return content if isinstance(content, list) else []


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
