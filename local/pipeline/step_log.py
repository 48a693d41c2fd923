"""What each step of an execution began with and how it ended: `<runs>/<execution>/steps.json`."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from assembly.errors import SlipwayError
from local.pipeline.definition import Step
from local.storage.files import write_whole

# As SageMaker calls them.
EXECUTING, SUCCEEDED, FAILED, STOPPED = "Executing", "Succeeded", "Failed", "Stopped"
FILE = "steps.json"
Entry = dict[str, Any]
Description = Mapping[str, Any]


class StepLog:
    """The log of one execution, whose folder `folder` is. The file is whole at any time, and has every step
    that has begun. Safe to be used by several threads.

    An entry has the step's `name`, `type`, `status`, the name of its `job`, its `arguments` resolved, when it
    `started` and `ended` (None until then), why it failed (`failure`), the `result` that is known of it
    beside its arguments, and as `origin` the execution whose result it has taken over.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._entries: dict[str, Entry] = {}
        self._lock = Lock()

    @contextmanager
    def recording(
        self,
        step: Step,
        job: str,
        arguments: Mapping[str, Any],
        describe: Callable[[], Description],
        stopped: Callable[[], bool],
    ) -> Iterator[None]:
        """Write down the step that runs in the block, however it ends; `stopped` says whether it had to."""
        entry = _entry(step, job, arguments)
        self._put(entry)
        status, failure = FAILED, "it was interrupted"
        try:
            yield
            status, failure = SUCCEEDED, ""
        except SlipwayError as error:
            status, failure = (STOPPED, "") if stopped() else (FAILED, str(error))
            raise
        finally:
            ended = {"status": status, "ended": time.time(), "failure": failure or None}
            self._put({**entry, **ended, "result": _beside(arguments, describe())})

    def take_over(
        self, step: Step, job: str, arguments: Mapping[str, Any], found: Description, origin: str
    ) -> None:
        """Note that an earlier execution's result stands for the step."""
        entry = _entry(step, job, arguments)
        result = {"result": _beside(arguments, found), "origin": origin}
        self._put({**entry, "status": SUCCEEDED, "ended": entry["started"], **result})

    def _put(self, entry: Entry) -> None:
        with self._lock:
            self._entries[entry["name"]] = entry
            write_whole(self._folder / FILE, json.dumps(list(self._entries.values())) + "\n")


def read(folder: Path) -> list[Entry]:
    """The entries in the folder of an execution, in the order in which the steps began; none where another
    version of the runner wrote it."""
    try:
        content = json.loads((folder / FILE).read_bytes())
    except (FileNotFoundError, ValueError):
        return []
    return content if isinstance(content, list) else []


def _entry(step: Step, job: str, arguments: Mapping[str, Any]) -> Entry:
    return {
        "name": step.name,
        "type": step.type,
        "job": job,
        "arguments": dict(arguments),
        "started": time.time(),
        "ended": None,
        "status": EXECUTING,
        "failure": None,
        "result": None,
        "origin": None,
    }


def _beside(arguments: Mapping[str, Any], description: Description) -> Entry:
    return {key: one for key, one in description.items() if key not in arguments}
