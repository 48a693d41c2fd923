"""Looking at processes from tests."""

import os
from contextlib import suppress
from pathlib import Path

from patience import wait_until

__all__ = ["is_running", "wait_until", "working_below"]


def is_running(pid: int) -> bool:
    """Whether the process exists and is not a zombie."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def working_below(folder: Path) -> list[int]:
    """The processes whose working folder is the folder or one below it."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):  # it has ended, or is another user's
            if entry.name.isdigit() and (entry / "cwd").readlink().is_relative_to(folder):
                found.append(int(entry.name))
    return found
