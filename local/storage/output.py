"""Where a command puts a result that its user has named a place for."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from assembly.errors import UsageError
from assembly.file_kind import kind
from local.errors import FilesError
from local.storage.files import replacing
from local.storage.workspace import Workspace

STANDARD_OUTPUT = Path("-")
_STREAMS = ("a pipe", "a character device")


@dataclass(frozen=True)
class Output:
    """A file at `path`, written by the command `by` of a workspace; pipes, terminals and STANDARD_OUTPUT are
    written to.

    A file that is there is replaced only if that command has written it and nobody has changed it since, or
    if it is empty. With `own` the place is the command's default: what else lies there is set aside. Where
    the workspace keeps what the runner reads again, nothing is written.
    """

    path: Path
    workspace: Workspace
    by: str
    own: bool = False

    def check(self, *sources: Path) -> None:
        """Raise UsageError where the result could not be put, or would take something's place.

        `sources` are what the command reads: none of them is written to, by whatever name.
        """
        if self.streams:
            return
        try:
            target = self.path.resolve()
        except RuntimeError:
            raise UsageError(f"{self.path} is a link that leads back to itself") from None
        if not self.own and self.workspace.keeps(target):
            results = " or ".join(map(str, self.workspace.results_of_commands))
            raise UsageError(
                f"{self.path} is in {self.workspace.root}, which is reserved for the runner; "
                f"name a file in {results}, or elsewhere"
            )
        if target.exists():
            self._check_existing(target, sources)
        _make_folder(self.path, target.parent)

    @property
    def streams(self) -> bool:
        """Whether the place is one that is written to, not replaced."""
        return self.path == STANDARD_OUTPUT or (self.path.exists() and kind(self.path) in _STREAMS)

    def take(self, result: Path) -> None:
        """Move the result there, whole; raises FilesError when that cannot be done, OSError when it is
        standard output that takes no more."""
        if self.path == STANDARD_OUTPUT:
            with result.open("rb") as source:
                shutil.copyfileobj(source, sys.stdout.buffer)
            sys.stdout.buffer.flush()
            return
        try:
            if self.streams:
                self._write(result)
                return
            target = self.path.resolve()
            if self.own and self._is_foreign(target):
                aside = self.workspace.new_set_aside() / target.name
                target.rename(aside)
                print(f"{target} was not written by this command; moved to {aside}", file=sys.stderr)
            with replacing(self.path) as temporary:
                shutil.move(result, temporary)
            self.workspace.ledger.note(target, self.by)
        except OSError as error:
            raise FilesError(f"{self.path} cannot be written: {error.strerror}") from None

    def write(self, text: str) -> None:
        """Put a text there as `take` puts a file."""
        with self.workspace.scratch() as folder:
            (folder / "text").write_text(text, encoding="utf-8")
            self.take(folder / "text")

    def _check_existing(self, target: Path, sources: tuple[Path, ...]) -> None:
        if not target.is_file():
            raise UsageError(f"{self.path} is {kind(target)}; expected a file or nothing there")
        for source in sources:
            if source.samefile(target):
                raise UsageError(f"{self.path} is the file that is read ({source}); name another")
        if not self.own and self._is_foreign(target):
            raise UsageError(
                f"{self.path} was not written by this command, or was changed since; "
                "remove it or name another file"
            )

    def _is_foreign(self, target: Path) -> bool:
        return (
            target.is_file()
            and bool(target.stat().st_size)
            and not self.workspace.ledger.wrote(target, self.by)
        )

    def _write(self, result: Path) -> None:
        # A pipe that nobody reads is an error at once, not something to wait for.
        descriptor = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
        os.set_blocking(descriptor, True)
        with result.open("rb") as source, os.fdopen(descriptor, "wb") as target:
            shutil.copyfileobj(source, target)


def _make_folder(path: Path, folder: Path) -> None:
    above = next(one for one in (folder, *folder.parents) if os.path.lexists(one))
    if not above.is_dir():
        raise UsageError(f"{path} cannot be written: {above.name} is {kind(above)}, not a folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    if not os.access(folder, os.W_OK):
        raise UsageError(f"{path} cannot be written: no permission to write to its folder")
