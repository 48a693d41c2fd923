"""Where an interrupted training goes on: weights and the optimizer's memory after so many steps, one file."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

Arrays = dict[str, Any]

_NAME = re.compile(r"step-(\d+)\.safetensors")


class Checkpoints:
    """The checkpoints of a folder, safetensors that a framework reads and writes; only the last is kept."""

    def __init__(
        self, folder: Path, read: Callable[[Path], Arrays], write: Callable[[Path, Arrays], None]
    ) -> None:
        self._folder = folder
        self._read, self._write = read, write

    def resume(self, take: Callable[[int, Arrays], None]) -> int:
        """Give the last checkpoint, its steps and arrays, to `take`; the steps, 0 at the beginning.

        Refuses (ValueError), by the file's name, a checkpoint that cannot be read or does not fit: one that
        `take` refuses with ValueError, or KeyError for an array that is missing.
        """
        steps = self._steps()
        if not steps:
            return 0
        path = self._path(steps[-1])
        try:
            take(steps[-1], self._read(path))
        except KeyError as error:
            raise ValueError(_unusable(path, f"it has no {error.args[0]}")) from None
        except ValueError as error:
            raise ValueError(_unusable(path, str(error))) from None
        return steps[-1]

    def save(self, step: int, arrays: Arrays) -> None:
        """Write a checkpoint whole, then remove those before it."""
        before = self._steps()
        self._write(self._path(step), arrays)
        for one in before:
            if one != step:
                self._path(one).unlink()

    def _steps(self) -> list[int]:
        names = (path.name for path in self._folder.iterdir()) if self._folder.is_dir() else ()
        return sorted(int(found[1]) for found in map(_NAME.fullmatch, names) if found)

    def _path(self, step: int) -> Path:
        return self._folder / f"step-{step}.safetensors"


def _unusable(path: Path, reason: str) -> str:
    return (
        f"{path.name}: expected a checkpoint of this training, got another file ({reason}); remove it from "
        "the job's checkpoints, or name other checkpoints, to begin again"
    )
