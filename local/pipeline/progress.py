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
    """Told about each step, from several threads."""

    @contextmanager
    def step(self, name: str, is_stopping: Callable[[], bool] = lambda: False) -> Iterator[None]:
        """A step runs for the time of the block; one that fails while everything stops was stopped."""
        end = self._start(name)
        state = "succeeded"
        try:
            yield
        except BaseException:
            state = "stopped" if is_stopping() else "failed"
            raise
        finally:
            end(state)

    @abstractmethod
    def unchanged(self, name: str, execution: str) -> None:
        """Show that the result of an earlier execution stands for a step."""

    @abstractmethod
    def _start(self, name: str) -> Callable[[str], None]:
        """Show that a step runs; the answer is called with the state in which it ends."""


class Lines(Progress):
    """A line when a step starts and one when it ends; for logs and pipes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def _start(self, name: str) -> Callable[[str], None]:
        started = time.monotonic()
        self._print(f"{name} started")

        def end(state: str) -> None:
            seconds = time.monotonic() - started
            self._print(f"{name} {state} after {seconds:.1f} s")

        return end

    def unchanged(self, name: str, execution: str) -> None:
        self._print(f"{name} unchanged since {execution}")

    def _print(self, line: str) -> None:
        # In one piece: lines of steps that run side by side do not mix.
        self._stream.write(f"{line}\n")
        self._stream.flush()


class Spinners(Progress):
    """A line on a terminal for each step, its time running while the step does."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars

    def _start(self, name: str) -> Callable[[str], None]:
        task = self._bars.add_task(name, total=1, state="running")
        return lambda state: self._bars.update(task, completed=1, state=state)

    def unchanged(self, name: str, execution: str) -> None:
        self._bars.add_task(name, total=1, completed=1, state=f"unchanged since {execution}")


class Quiet(Progress):
    """Shows nothing; for commands that show something else."""

    def _start(self, name: str) -> Callable[[str], None]:
        return lambda state: None

    def unchanged(self, name: str, execution: str) -> None:
        pass


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
