"""Model archives (`model.tar.gz`): unpacked by an allow-list, packed so that equal folders give equal bytes.

SageMaker's own unpacking accepts more; what is refused here is what no image writes.
"""

import gzip
import re
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assembly.asset_hash import contradicts
from local.errors import ArchiveError
from local.storage import tar

# What images write: plain names, no hidden files, nothing that a shell would expand.
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+@=-]{0,127}", re.ASCII)


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold: members, nested folders, bytes unpacked, and their ratio to its size."""

    members: int = 1_000
    depth: int = 8
    unpacked: int = 8 << 30
    ratio: int = 200
    always_allowed: int = 16 << 20

    def bytes_for(self, packed: int) -> int:
        """The bytes that an archive of `packed` bytes may unpack to. Small ones compress arbitrarily well."""
        return min(self.unpacked, max(self.always_allowed, self.ratio * packed))


def unpack_model(archive: Path, folder: Path, limits: Limits | None = None) -> None:
    """Unpack `archive` into `folder`, which must be missing or empty; it appears there whole or not at all.

    Accepts a gzipped tar of regular files (and the folders around them) with plain ASCII names, each once.
    Raises ArchiveError, naming archive and member, for anything else: links, devices, absolute names, `..`,
    hidden files, duplicates, no file at all, truncation, trailing data, or more than `limits` allow.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ArchiveError(f"{archive}: not unpacked, {folder} is not empty")
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        with _reading(archive, limits or Limits()) as stream:
            _unpack(stream, staging, limits or Limits())
        staging.chmod(0o755)
        staging.replace(folder)
    except ArchiveError as error:
        raise ArchiveError(f"{archive}: refused: {error}") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def require_hash(archive: Path, hash: str) -> None:
    """Raise ArchiveError unless the archive can be the one to which CDK gave the asset hash."""
    if contradicts(hash, archive):
        raise ArchiveError(
            f"{archive}: refused: its content does not match the asset manifest's hash {hash}; "
            "synthesize again; if the app sets assetHash, remove it or set the file's SHA-256"
        )


def pack(folder: Path, archive: Path) -> None:
    """Write the files below `folder` to `archive`: sorted, without times, owners or folder entries.

    Raises ArchiveError when the folder holds anything but files and folders.
    """
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=archive.parent, prefix=f".{archive.name}-", delete=False) as stream:
        temporary = Path(stream.name)
        try:
            with (
                gzip.GzipFile(filename="", fileobj=stream, mode="wb", compresslevel=6, mtime=0) as compressed,
                tarfile.open(fileobj=compressed, mode="w", format=tarfile.GNU_FORMAT) as tarball,
            ):
                for path in _files(folder):
                    _add(tarball, path, path.relative_to(folder).as_posix())
            temporary.chmod(0o644)
            temporary.replace(archive)
        finally:
            temporary.unlink(missing_ok=True)


class _Bounded:
    """A stream that refuses to give more than `limit` bytes."""

    def __init__(self, stream: tar.Readable, limit: int) -> None:
        self._stream, self._left, self._limit = stream, limit, limit

    def read(self, size: int = -1, /) -> bytes:
        found = self._stream.read(size)
        self._left -= len(found)
        if self._left < 0:
            raise ArchiveError(f"it unpacks to more than {self._limit} bytes")
        return found


@contextmanager
def _reading(archive: Path, limits: Limits) -> Iterator[_Bounded]:
    try:
        with gzip.open(archive, "rb") as stream:
            yield _Bounded(stream, limits.bytes_for(archive.stat().st_size))
    except FileNotFoundError:
        raise ArchiveError("it does not exist") from None
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ArchiveError(f"it is not a complete gzip file ({error})") from error


def _unpack(stream: tar.Readable, folder: Path, limits: Limits) -> None:
    files = 0
    for count, member in enumerate(tar.members(stream)):
        if count == limits.members:
            raise ArchiveError(f"it has more than {limits.members} members")
        path = folder.joinpath(*_safe_parts(member, limits))
        try:
            if member.is_folder:
                path.mkdir(parents=True, exist_ok=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                for chunk in tar.data(stream, member.size):
                    file.write(chunk)
            files += 1
        except (FileExistsError, NotADirectoryError):
            raise ArchiveError(f"{member.name!r} comes twice") from None
    if not files:
        raise ArchiveError("it holds no file")
    while padding := stream.read(1 << 16):
        if padding.strip(b"\0"):
            raise ArchiveError("data follows its end")


def _safe_parts(member: tar.Member, limits: Limits) -> list[str]:
    """The name's parts below the folder. A leading `./` is what `tar -C folder .` writes."""
    name = member.name.rstrip("/") if member.is_folder else member.name
    parts = name.removeprefix("./").split("/") if name != "." else []
    unsafe = [part for part in parts if not _PART.fullmatch(part)]
    if unsafe or (not parts and not member.is_folder):
        raise ArchiveError(f"{member.name!r} is not a plain relative name")
    if len(parts) > limits.depth:
        raise ArchiveError(f"{member.name!r} is deeper than {limits.depth} folders")
    return parts


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix()):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise ArchiveError(f"{path} is not a regular file; a model archive holds nothing else")
        if path.is_file():
            yield path


def _add(tarball: tarfile.TarFile, path: Path, name: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = path.stat().st_size
    entry.mode = 0o644
    with path.open("rb") as content:
        tarball.addfile(entry, content)
