"""The folders in which containers have worked, once they have ended."""

import shutil
import sys
from pathlib import Path

# What containers leave besides logs and records, by the folders' names.
_LARGE = ("opt", "tmp", "source", "results")


def remove_working_folders(folder: Path) -> None:
    """Remove what containers have worked with below a folder; logs and records stay.

    What cannot be removed stays, too, and is told.
    """
    try:
        for name in _LARGE:
            for found in [*folder.rglob(name)]:
                if found.is_dir():
                    shutil.rmtree(found)
    except OSError as error:
        print(f"{folder} cannot be cleared: {error}", file=sys.stderr)
