"""A phase of a command that takes more than a moment: what is done and, on a terminal, for how long.

As a program it runs a command as a phase, with its output in a log. make does so before anything is installed
(scripts/phase): nothing but the standard library is imported here.
"""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TextIO

_TAIL = 20
# As a shell has it.
_NOT_STARTED = 127
_ERASE = "\r\x1b[K"


@contextmanager
def phase(text: str, *, so_far: Callable[[], str] = lambda: "") -> Iterator[None]:
    """Say on standard error what the block does: one line, and on a terminal the seconds beside it.

    `so_far` is asked once a second what else to show, such as how much is there.
    """
    # Where something else draws on the terminal, it has put itself in the place of standard error.
    is_ours = sys.stderr is sys.__stderr__
    stream = sys.stderr
    if not (is_ours and stream.isatty()):
        print(text, file=stream, flush=True)
        yield
        return
    clock = _Clock(text, so_far, stream)
    try:
        yield
    finally:
        clock.stop()


class _Clock:
    """The line of a phase on a terminal, redrawn every second by a thread."""

    def __init__(self, text: str, so_far: Callable[[], str], stream: TextIO) -> None:
        self._text, self._so_far, self._stream = text, so_far, stream
        self._started = time.monotonic()
        self._stopped = Event()
        self._draw()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
        self._draw(end="\n")

    def _run(self) -> None:
        while not self._stopped.wait(1):
            self._draw()

    def _draw(self, end: str = "") -> None:
        seconds = f"{time.monotonic() - self._started:.0f} s"
        line = "  ".join(filter(None, (self._text, seconds, self._so_far())))
        # A line that wraps cannot be erased.
        self._stream.write(f"{_ERASE}{line[: shutil.get_terminal_size().columns - 1]}{end}")
        self._stream.flush()


def run(text: str, log: Path, command: Sequence[str]) -> int:
    """Run a command as a phase; the answer is its exit code, 128 + n for signal n.

    What it printed is in the log. When it fails, the end of that is printed, then where the whole is.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        with phase(text), log.open("wb") as output, _interrupts_left_to_the_command():
            code = subprocess.call(command, stdout=output, stderr=subprocess.STDOUT)
            code = code if code >= 0 else 128 - code
    except OSError as error:
        print(f"error: {text}: {command[0]}: {error.strerror}", file=sys.stderr)
        return _NOT_STARTED
    if code:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        print(*lines[-_TAIL:], sep="\n", file=sys.stderr)
        whole = f"; the lines above are the end of {log}" if len(lines) > _TAIL else f"; the log is {log}"
        print(f"error: {text}: {Path(command[0]).name} ended with exit code {code}{whole}", file=sys.stderr)
    return code


@contextmanager
def _interrupts_left_to_the_command() -> Iterator[None]:
    """Ctrl-C reaches the command, too, which ends in its own way: even one that comes while it starts."""
    before = signal.getsignal(signal.SIGINT)
    # One that is ignored stays so for the command.
    if callable(before):
        signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1], Path(sys.argv[2]), sys.argv[3:]))
