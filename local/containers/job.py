"""The containers of a job: run side by side to their end."""

import math
import queue
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from local.containers.container import Layout, describe_exit
from local.containers.images import Image
from local.containers.process import Process

GRACE = 120.0
# Not in one wait without end: a signal that comes just before it would not be seen.
_WAIT = 0.5
_BETWEEN_LOOKS = 0.05


@dataclass(frozen=True)
class JobContainer:
    """A container of a job. `command` is `image.command("train")` or a processing job's entrypoint and
    arguments, with paths mapped; the layout has been created."""

    image: Image
    command: Sequence[str]
    layout: Layout
    environment: Mapping[str, str]

    def start(self) -> Process:
        return Process(
            self.command,
            cwd=self.layout.root,
            environment={**self.image.environment(), **self.layout.environment(), **self.environment},
            log=self.layout.log,
        )


@dataclass(frozen=True)
class JobResult:
    """How a job ended: as its container `number` did, from 0 on. `failure` is empty after exit code 0."""

    exit_code: int
    log: Path
    failure: str
    number: int = 0
    out_of_time: bool = False

    @property
    def succeeded(self) -> bool:
        return self.exit_code == 0


def run(
    containers: Sequence[JobContainer],
    *,
    timeout: float | None = None,
    look: Callable[[], None] | None = None,
) -> JobResult:
    """Run a job's containers to their end and say how it ended: as the first that fails, else as the first.

    One failure ends the job. Then, after `timeout` seconds, and when this call is interrupted, the containers
    that still run get SIGTERM, and SIGKILL after 120 s. `look` is called every 50 ms while they run.
    """
    processes: list[Process] = []
    ended: queue.SimpleQueue[int] = queue.SimpleQueue()
    try:
        for number, container in enumerate(containers):
            processes.append(container.start())
            processes[-1].on_exit(partial(ended.put, number))
        decided = _deciding(processes, ended, timeout, look)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.stop(GRACE)
    number = decided or 0
    exit_code, layout = processes[number].wait() or 0, containers[number].layout
    if decided is None:
        failure = f"stopped after its time limit of {timeout:g} s"
        return JobResult(exit_code or 1, layout.log, failure, out_of_time=True)
    failure = (layout.failure() or describe_exit(exit_code)) if exit_code else ""
    return JobResult(exit_code, layout.log, failure, number)


def _deciding(
    processes: Sequence[Process],
    ended: queue.SimpleQueue[int],
    timeout: float | None,
    look: Callable[[], None] | None,
) -> int | None:
    """The number of the first process that fails, 0 when all have succeeded, None when time is up before."""
    deadline = math.inf if timeout is None else time.monotonic() + timeout
    running = len(processes)
    while running:
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        if look is not None:
            look()
        with suppress(queue.Empty):
            number = ended.get(timeout=min(left, _WAIT if look is None else _BETWEEN_LOOKS))
            if processes[number].wait():
                return number
            running -= 1
    return 0
