"""What Linux says about processes: their CPU time and their share of the memory."""

import os
import re
import subprocess
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from assembly.errors import SlipwayError

_INTERVAL_SECONDS = 0.1
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)
_PROC = Path("/proc")


def of_groups(groups: Iterable[int]) -> list[int]:
    """The processes of process groups: a container leads its own."""
    wanted, found = set(groups), []
    for process in _running():
        with suppress(ProcessLookupError):
            if os.getpgid(process) in wanted:
                found.append(process)
    return found


def of_family(first: int) -> list[int]:
    """A process and all that descend from it."""
    parents = {}
    for process in _running():
        with suppress(FileNotFoundError, ProcessLookupError):
            # The name in brackets may hold anything; the parent is the second field behind it.
            stat = (_PROC / str(process) / "stat").read_text()
            parents[process] = int(stat.rpartition(")")[2].split()[1])
    family = [first]
    for member in family:
        family += [process for process, parent in parents.items() if parent == member]
    return family


def cpu_seconds(processes: Iterable[int]) -> float:
    """Time on a CPU of all threads so far, in nanosecond steps (/proc/PID/stat has ticks of 10 ms)."""
    return sum(
        int((task / "schedstat").read_text().split()[0]) / 1e9
        for process in processes
        for task in (_PROC / str(process) / "task").iterdir()
    )


def pss_megabytes(processes: Iterable[int]) -> float:
    """Resident memory, what is shared counted in parts; a process that has ended counts nothing."""
    kilobytes = 0
    for process in processes:
        with suppress(FileNotFoundError, ProcessLookupError):
            found = _PSS.search((_PROC / str(process) / "smaps_rollup").read_text())
            kilobytes += int(found[1]) if found else 0
    return kilobytes / 1024


def peaks(command: Sequence[str]) -> list[float]:
    """Run a command; the PSS in MB of it and all that it starts, every tenth of a second.

    Raises SlipwayError where it fails.
    """
    found = []
    with subprocess.Popen(command) as run:
        while run.poll() is None:
            found.append(pss_megabytes(of_family(run.pid)))
            time.sleep(_INTERVAL_SECONDS)
    if run.returncode:
        raise SlipwayError(f"`{' '.join(command)}` ended with exit code {run.returncode}")
    return found


def _running() -> list[int]:
    return [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]
