"""What changed inside an asset: the files of a folder, a source tarball, a zip, or one file."""

import difflib
import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Beyond this a file is named, its lines are not counted: difflib's cost grows with the square.
_COUNTED_BYTES = 200_000
_READ_BYTES = 50_000_000


@dataclass(frozen=True)
class FileChange:
    """One file: `added` and `removed` count lines, and are None where the file is not text or very long."""

    name: str
    what: str
    added: int | None = None
    removed: int | None = None

    def __str__(self) -> str:
        counted = f" (+{self.added} -{self.removed})" if self.added is not None else ""
        return f"{self.name}{counted}" if self.what == "changed" else f"{self.name} {self.what}"


def file_changes(old: Path, new: Path) -> list[FileChange]:
    """The files that differ, by name, without byte code; none where a side cannot be opened."""
    before, after = _files(old), _files(new)
    if not before or not after:
        return []
    changes = []
    for name in sorted(name for name in {*before, *after} if not name.endswith(".pyc")):
        if name not in before:
            changes.append(FileChange(name, "added"))
        elif name not in after:
            changes.append(FileChange(name, "removed"))
        elif before[name] != after[name]:
            changes.append(FileChange(name, "changed", *_lines(before[name], after[name])))
    return changes


def _files(path: Path) -> Mapping[str, bytes]:
    if path.is_dir():
        files = (one for one in path.rglob("*") if one.is_file())
        return {one.relative_to(path).as_posix(): one.read_bytes() for one in files}
    if zipfile.is_zipfile(path):
        return _unzipped(path)
    try:
        with tarfile.open(path) as archive:
            members = {member.name: member for member in archive.getmembers() if member.isfile()}
            if sum(member.size for member in members.values()) > _READ_BYTES:
                return {}
            opened = {name: archive.extractfile(member) for name, member in members.items()}
            return {name: file.read() for name, file in opened.items() if file}
    except (OSError, EOFError, zlib.error, tarfile.TarError):
        return {}


def _unzipped(path: Path) -> Mapping[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if sum(member.file_size for member in members) > _READ_BYTES:
                return {}
            return {member.filename: archive.read(member) for member in members}
    except (OSError, zlib.error, zipfile.BadZipFile):
        return {}


def _lines(old: bytes, new: bytes) -> tuple[int | None, int | None]:
    if max(len(old), len(new)) > _COUNTED_BYTES:
        return None, None
    try:
        before, after = old.decode().splitlines(), new.decode().splitlines()
    except UnicodeDecodeError:
        return None, None
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    kept = sum(block.size for block in matcher.get_matching_blocks())
    return len(after) - kept, len(before) - kept
