"""Files and folders that take their places together: all of them, or after a crash all of them later."""

import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from assembly.file_kind import kind
from local.errors import FilesError
from local.storage.files import write_whole, written_by


@dataclass(frozen=True)
class Move:
    """`staged` takes the place of `target`, and what was there goes to `former` if that is given.

    Without `staged` it only goes. Made twice it does nothing more, so that what was interrupted is repeated.
    """

    staged: Path | None
    target: Path
    former: Path | None = None

    def check(self) -> None:
        """Raise FilesError where a file would take the place of what is none."""
        if self.staged is not None and self.staged.is_file() and self.target.exists():
            if not self.target.is_file():
                raise FilesError(f"{self.target} is {kind(self.target)}; expected a file or nothing there")
        elif self.former is None and self.target.exists():
            raise FilesError(f"{self.target} is there already; run the command again")

    def make(self) -> None:
        if self.staged is not None and not self.staged.exists():
            return
        if self.former is not None and os.path.lexists(self.target):
            _rename(self.target, self.former)
        if self.staged is not None:
            _rename(self.staged, self.target)


def make_all(moves: Sequence[Move], journal: Path) -> None:
    """Make the moves; from the moment at which `journal` is there, `finish` makes those that are left.

    Raises FilesError, before any is made, for one that cannot be.
    """
    for one in moves:
        one.check()
    paths = [[str(path) if path else None for path in (one.staged, one.target, one.former)] for one in moves]
    write_whole(journal, json.dumps(paths, indent=1) + "\n")
    finish(journal)


def finish(journal: Path) -> None:
    """Make the moves that a journal names, and remove it."""
    with written_by("a training", journal):
        moves = [
            Move(*(path and Path(path) for path in paths))
            for paths in json.loads(journal.read_text(encoding="utf-8"))
        ]
    for one in moves:
        one.make()
    journal.unlink()


def _rename(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            source.rename(target)
        except OSError:
            if source.stat().st_dev == target.parent.stat().st_dev:
                raise
            _to_another_disk(source, target)
    except OSError as error:
        raise FilesError(f"{target} cannot be written: {error.strerror}") from None


def _to_another_disk(source: Path, target: Path) -> None:
    beside = target.with_name(f".{target.name}-incoming")
    with suppress(FileNotFoundError):
        (shutil.rmtree if beside.is_dir() else os.unlink)(beside)
    (shutil.copytree if source.is_dir() else shutil.copyfile)(source, beside)
    beside.rename(target)
    (shutil.rmtree if source.is_dir() else os.unlink)(source)
