"""Shows on standard error how many of something are done."""

import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

_BETWEEN_LINES = 5.0


class Counter(ABC):
    """Shows how many of something are done."""

    @abstractmethod
    def add(self, count: int) -> None: ...


class CountLines(Counter):
    """A line every few seconds."""

    def __init__(self, what: str, stream: TextIO) -> None:
        self._what, self._stream = what, stream
        self._started = self._shown = time.monotonic()
        self._count = 0

    def add(self, count: int) -> None:
        self._count += count
        if time.monotonic() - self._shown >= _BETWEEN_LINES:
            self._shown = time.monotonic()
            self.show()

    def show(self) -> None:
        seconds = time.monotonic() - self._started
        print(f"{self._count} {self._what} after {seconds:.1f} s", file=self._stream, flush=True)


class CountBar(Counter):
    """One line on a terminal."""

    def __init__(self, what: str, bars: Bars) -> None:
        self._bars = bars
        self._task = bars.add_task(what, total=None)

    def add(self, count: int) -> None:
        self._bars.advance(self._task, count)


@contextmanager
def counting(what: str) -> Iterator[Counter]:
    """A count on standard error: live on a terminal, a line every five seconds and at the end elsewhere."""
    if sys.stderr.isatty():
        columns = (
            SpinnerColumn(),
            TextColumn("{task.completed:.0f} {task.description}"),
            TimeElapsedColumn(),
        )
        with Bars(*columns, console=Console(stderr=True)) as bars:
            yield CountBar(what, bars)
    else:
        lines = CountLines(what, sys.stderr)
        yield lines
        lines.show()
