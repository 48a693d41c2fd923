"""Puts a user's data where a pipeline reads them, and nobody else's out of the way."""

import filecmp
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assembly.errors import UsageError
from assembly.file_kind import kind
from local.errors import StorageError
from local.storage.files import files_below
from local.storage.s3 import Storage
from local.storage.workspace import Workspace

# What a pipe's content is called, which has no name of its own.
_UNNAMED = "data"


@contextmanager
def readable(source: Path, workspace: Workspace) -> Iterator[Path]:
    """The file or folder at a path that a user named; a pipe is read to its end into a file first.

    Raises UsageError for what is not there, a device, a socket, and a pipe out of which nothing comes.
    """
    try:
        what = kind(source)
    except FileNotFoundError:
        raise UsageError(f"{source}: there is no such file or folder") from None
    except OSError as error:
        raise UsageError(f"{source}: {error.strerror}") from None
    if what in ("a file", "a folder"):
        yield source
        return
    if what != "a pipe":
        raise UsageError(f"{source} is {what}; expected a file, a folder or a pipe")
    with workspace.scratch() as folder:
        copy = folder / _UNNAMED
        with source.open("rb") as stream, copy.open("wb") as target:
            while piece := stream.read(1 << 20):
                target.write(piece)
        if not copy.stat().st_size:
            raise UsageError(f"{source} is an empty pipe")
        yield copy


@dataclass(frozen=True)
class InputPlace:
    """The object or prefix at `uri` for what the commands named `by` are given.

    `own` says that it is the place that the template names: whatever lies there that they have not written is
    set aside, and standard error says where. At any other place it is refused.
    """

    storage: Storage
    workspace: Workspace
    uri: str
    by: str
    own: bool

    def put(self, source: Path) -> Path:
        """Copy a file or a folder there; returns the object or prefix that it has become.

        A URI that ends in a file name (with a suffix) is the object's, any other the prefix above it. Raises
        StorageError for a place that holds what is not these commands' own.
        """
        place = self.storage.path(self.uri)
        below = self.uri.endswith("/") or not place.suffix
        files = files_below(source) if source.is_dir() else {Path(source.name if below else ""): source}
        if not files:
            raise StorageError(f"{source} has no files")
        if not _holds(place, files):
            self.storage.replace(files, self.uri, self._aside(place))
            self.workspace.ledger.note(place, self.by)
        return place if source.is_dir() else place / next(iter(files))

    def remove(self) -> None:
        """Take away what `put` has put there."""
        place = self.storage.path(self.uri)
        if _occupied(place) and self.workspace.ledger.wrote(place, self.by):
            self.storage.remove(self.uri)
        self.workspace.ledger.forget(place, self.by)

    def _aside(self, place: Path) -> Path | None:
        """Where what lies there goes; None if it is these commands' own, or nothing does."""
        if not _occupied(place) or self.workspace.ledger.wrote(place, self.by):
            return None
        if not self.own:
            raise StorageError(
                f"{self.uri} holds files that this command did not put there ({place}); "
                "move them away, or use another S3 URI"
            )
        aside = self.workspace.new_set_aside() / place.name
        print(f"{place} was not put there by this command; moved to {aside}", file=sys.stderr)
        return aside


def _occupied(place: Path) -> bool:
    return place.is_symlink() or place.is_file() or (place.is_dir() and any(place.iterdir()))


def _holds(place: Path, files: Mapping[Path, Path]) -> bool:
    """Whether what is there are these very files."""
    if not _occupied(place):
        return False
    there = files_below(place) if place.is_dir() else {Path(): place}
    return there.keys() == files.keys() and all(
        filecmp.cmp(file, files[name], shallow=False) for name, file in there.items()
    )
