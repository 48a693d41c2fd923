"""Kills what a runner started once that runner is gone, however it ended. A program, not a module.

Reads lines from standard input, whose other end only the runner holds: `?<folder>` before a process is
started in a folder, `!<folder>` once its group is listed, `+<group>` and `-<group>`; folders are in
JSON. At the end of input every process group still listed is killed, and so is that of a process whose
start was under way. A process of its own, because a parent-death signal reaches direct children only, is
bound to the thread that started them, and needs code between fork and exec.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

# A process that has been forked, and is not yet in its folder, gets there within this time.
_SECONDS = 2.0
_BETWEEN_LOOKS = 0.02


def main(lines: Iterable[str]) -> None:
    groups: set[int] = set()
    starting: list[str] = []
    for line in lines:
        kind, text = line[0], line[1:]
        if kind in "?!":
            (starting.append if kind == "?" else starting.remove)(json.loads(text))
        else:
            (groups.add if kind == "+" else groups.discard)(int(text))
    _kill(groups)
    deadline = time.monotonic() + _SECONDS
    while starting and time.monotonic() < deadline:
        _kill(started_in(starting))
        time.sleep(_BETWEEN_LOOKS)


def started_in(folders: Collection[str]) -> Iterator[int]:
    """The groups of processes in one of these folders that lead a session without a terminal or any other
    input, as a runner starts them; none where there is no /proc."""
    for entry in Path("/proc").glob("[0-9]*"):
        group = int(entry.name)
        with suppress(OSError):  # it has ended, or is another user's
            has_no_input = str((entry / "fd/0").readlink()) == os.devnull
            if has_no_input and os.getsid(group) == group and str((entry / "cwd").readlink()) in folders:
                yield group


def _kill(groups: Iterable[int]) -> None:
    for group in groups:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.stdin)
