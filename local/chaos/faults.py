"""The faults: what is done to a container, and how it is undone."""

import errno
import os
import resource
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from local.chaos import spoilers
from local.chaos.proxy import Proxy
from local.chaos.spoilers import Spoiler
from local.containers.container import ServingContainer
from local.timing import Timing

INVOCATIONS, PING = "/invocations", "/ping"
_PIECE = 1 << 16


@dataclass(frozen=True)
class Victim:
    """A container, and the proxy in front of it."""

    container: ServingContainer
    proxy: Proxy


class Fault(Protocol):
    """Something that goes wrong with a container; `lasts` unless it is over as soon as it has begun.

    A fault that lasts is met by requests to `path`.
    """

    @property
    def name(self) -> str: ...
    @property
    def about(self) -> str: ...
    @property
    def lasts(self) -> bool: ...
    @property
    def path(self) -> str: ...
    def begin(self, victim: Victim) -> None: ...
    def end(self, victim: Victim) -> None: ...


@dataclass(frozen=True)
class Signal:
    """A signal to every process of the container."""

    name: str
    about: str
    number: signal.Signals
    lasts: bool = False
    path: str = INVOCATIONS

    def begin(self, victim: Victim) -> None:
        with suppress(ProcessLookupError):
            os.killpg(victim.container.pid or 0, self.number)

    def end(self, victim: Victim) -> None:
        pass


@dataclass(frozen=True)
class Answers:
    """Its answers at `path` are spoilt on their way."""

    name: str
    about: str
    spoiler: Spoiler
    path: str = INVOCATIONS
    lasts: bool = True

    def begin(self, victim: Victim) -> None:
        victim.proxy.spoilers[self.path] = self.spoiler

    def end(self, victim: Victim) -> None:
        del victim.proxy.spoilers[self.path]


@dataclass(frozen=True)
class Memory:
    """Its processes get no more memory than they have (RLIMIT_AS)."""

    name: str = "memory"
    about: str = "memory limit set to current use"
    lasts: bool = True
    path: str = INVOCATIONS
    _before: dict[int, tuple[int, int]] = field(default_factory=dict)

    def begin(self, victim: Victim) -> None:
        for process in _group(victim.container.pid or 0):
            with suppress(OSError):
                _, hard = before = resource.prlimit(process, resource.RLIMIT_AS)
                self._before[process] = before
                pages = int(Path(f"/proc/{process}/statm").read_text().split()[0])
                resource.prlimit(process, resource.RLIMIT_AS, (pages * resource.getpagesize(), hard))

    def end(self, victim: Victim) -> None:
        while self._before:
            process, before = self._before.popitem()
            with suppress(OSError):  # it has been started again
                resource.prlimit(process, resource.RLIMIT_AS, before)


@dataclass(frozen=True)
class Disk:
    """The disk that the containers share is full: what is left of `folder`'s file system is used up."""

    folder: Path
    name: str = "disk"
    about: str = "the disk that it shares with the others is full"
    lasts: bool = True
    path: str = INVOCATIONS

    def begin(self, victim: Victim) -> None:
        with self._filler.open("wb", buffering=0) as stream:
            try:
                while True:
                    stream.write(bytes(_PIECE))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def end(self, victim: Victim) -> None:
        self._filler.unlink()

    @property
    def _filler(self) -> Path:
        return self.folder / "filler"


def faults(timing: Timing, disk: Path) -> Sequence[Fault]:
    """Every fault; `timing` says what late is, `disk` is the file system below which containers write."""
    return (
        Signal("kill", "its processes are killed (SIGKILL)", signal.SIGKILL),
        Signal("stop", "its processes are stopped (SIGSTOP)", signal.SIGSTOP),
        Answers("slow", "its answers are too late", spoilers.late(1.5 * timing.answer)),
        Answers("reset", "its connections are reset after the headers of an answer", spoilers.reset),
        Answers("truncate", "its answers break off in the middle", spoilers.truncate),
        Answers("html", "it answers 200 with a page of HTML", spoilers.altered(spoilers.html)),
        Answers("empty", "it answers 200 with nothing", spoilers.altered(spoilers.empty)),
        Answers("nan", "it answers 200 with NaN for numbers", spoilers.altered(spoilers.not_numbers)),
        Answers("few-rows", "it answers 200 with a row too few", spoilers.altered(spoilers.fewer_rows)),
        Answers("ping", "its pings are answered 500", spoilers.altered(spoilers.unwell), PING),
        Memory(),
        Disk(disk),
    )


# What each is called, and what it does.
ABOUT = {fault.name: fault.about for fault in faults(Timing(), Path())}


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[str]:
    """A file system of its own in `folder` for the time of the block; gives why there is none, or nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
        problem = done.stderr.strip() if done.returncode else ""
    except FileNotFoundError:
        problem = "there is no mount command"
    try:
        yield problem
    finally:
        if not problem:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607 - mount was on the PATH


def _group(leader: int) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        with suppress(ProcessLookupError, ValueError):
            if os.getpgid(int(entry.name)) == leader:
                yield int(entry.name)
