"""What commands have written for their user: nothing else do they replace or remove."""

import hashlib
import json
import os
from pathlib import Path

from local.storage.files import files_below, write_whole


class Ledger:
    """Notes in a folder, one for each path and what wrote there.

    A file is known by its content: one that was changed since belongs to whoever changed it. Paths are
    noted relative to the folder, so that a workspace may be moved or copied.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def note(self, path: Path, by: str) -> None:
        """Remember that `by` has written what is at and below a path."""
        content = {"by": by, "path": str(path), "files": _digests(path)}
        write_whole(self._entry(path, by), json.dumps(content, indent=2) + "\n")

    def forget(self, path: Path, by: str) -> None:
        self._entry(path, by).unlink(missing_ok=True)

    def wrote(self, path: Path, by: str) -> bool:
        """Whether `by` has written all that is at and below the path as it is now."""
        if path.is_symlink():
            return False
        try:
            noted = json.loads(self._entry(path, by).read_text(encoding="utf-8"))["files"]
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return isinstance(noted, dict) and _digests(path).items() <= noted.items()

    def _entry(self, path: Path, by: str) -> Path:
        place = os.path.relpath(path.absolute(), self._folder.absolute())
        return self._folder / f"{hashlib.sha256(f'{by}\0{place}'.encode()).hexdigest()[:32]}.json"


def _digests(path: Path) -> dict[str, str]:
    files = files_below(path) if path.is_dir() else {Path(): path}
    return {name.as_posix(): digest(file) for name, file in files.items()}


def digest(file: Path) -> str:
    """The SHA-256 of a file's content."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
