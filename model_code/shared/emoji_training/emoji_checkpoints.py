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

    def last(self) -> tuple[int, Arrays] | None:
        """The steps that were done, and the arrays; None at the beginning."""
        steps = self._steps()
        return (steps[-1], self._read(self._path(steps[-1]))) if steps else None

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
