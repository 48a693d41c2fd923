"""Shows on standard error which step runs and for how long."""

import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn


class Progress(ABC):
    """Told about each step: running within `step`, then succeeded, failed, or (Ctrl-C) stopped."""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        end = self._start(name)
        state = "stopped"
        try:
            yield
            state = "succeeded"
        except Exception:
            state = "failed"
            raise
        finally:
            end(state)

    @abstractmethod
    def _start(self, name: str) -> Callable[[str], None]:
        """Show that a step runs; the answer is called with the state in which it ends."""


class Lines(Progress):
    """A line when a step starts and one when it ends; for logs and pipes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def _start(self, name: str) -> Callable[[str], None]:
        started = time.monotonic()
        print(f"{name} started", file=self._stream, flush=True)

        def end(state: str) -> None:
            seconds = time.monotonic() - started
            print(f"{name} {state} after {seconds:.1f} s", file=self._stream, flush=True)

        return end


class Spinners(Progress):
    """A line on a terminal for each step, its time running while the step does."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars

    def _start(self, name: str) -> Callable[[str], None]:
        task = self._bars.add_task(name, total=1, state="running")
        return lambda state: self._bars.update(task, completed=1, state=state)


@contextmanager
def show() -> Iterator[Progress]:
    """A display that suits standard error: live on a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty():
        yield Lines(sys.stderr)
        return
    columns = (
        SpinnerColumn(finished_text=" "),
        TextColumn("{task.description}"),
        TextColumn("{task.fields[state]}"),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        yield Spinners(bars)
