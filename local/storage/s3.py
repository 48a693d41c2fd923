"""S3 as a folder: `s3://<bucket>/<key>` is the file `<root>/<bucket>/<key>`."""

import hashlib
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assembly import Assembly, Asset
from assembly.project import synthesis
from local.errors import StorageError
from local.storage.files import files_below

# The zip format's first moment: the archive's bytes follow from the files alone.
_EPOCH = (1980, 1, 1, 0, 0, 0)


_URI = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([^\x00-\x1f]*))?")


@dataclass(frozen=True)
class Share:
    """Which of an input's objects one of several instances gets: every `of`-th in the order of their keys,
    from the `number`-th on."""

    number: int = 1
    of: int = 1

    def objects(self, files: Iterable[Path]) -> list[Path]:
        return [*files][self.number - 1 :: self.of]


WHOLE = Share()


class Storage:
    """The buckets that the assembly declares, those that clients have `made` beside them, and the assets that
    it stages (read-only).

    A bucket of another app is a folder that somebody makes beside the root: `imported-buckets/<bucket>`.
    Every method refuses, with a StorageError, a URI that is malformed or outside those buckets.
    """

    def __init__(self, root: Path, assembly: Assembly, made: Callable[[], Collection[str]] = tuple) -> None:
        self._root = root
        self._made = made
        # Not below the root, where the bucket of an earlier template may have been left.
        self._imported = root.with_name("imported-buckets")
        self._assets = assembly.assets
        self._buckets = assembly.names("AWS::S3::Bucket")

    def path(self, uri: str) -> Path:
        """Where the object or prefix is, whether it exists or not; an asset is put there first."""
        bucket, key = _parse(uri)
        path = self._root / bucket / key
        if uri in self._assets:
            self._publish(uri, path)
        elif not self.has_bucket(bucket):
            path = self._imported / bucket / key
            if not (self._imported / bucket).is_dir():
                raise StorageError(
                    f"{uri}: the assembly declares no bucket {bucket}; if another app does, put a copy of "
                    f"the object at {path}"
                )
        return path

    def has_bucket(self, name: str) -> bool:
        """Whether it is a bucket of the assembly or one that a client has made."""
        return name in self._buckets or name in self._made()

    @property
    def declared_buckets(self) -> Collection[str]:
        """The buckets of the assembly."""
        return self._buckets

    def take(self, file: Path, uri: str) -> None:
        """Move a file, which is on the disk of the storage, to an object."""
        self._put(file, self._writable(uri), uri)

    @property
    def incoming(self) -> Path:
        """The folder for objects in the making, on the disk of the storage."""
        return self._incoming()

    def asset(self, uri: str) -> Asset | None:
        """What the assembly stages as this object, None where it stages nothing."""
        return self._assets.get(uri)

    def exists(self, uri: str) -> bool:
        """Whether the URI is an object, or a prefix with at least one object below it."""
        return any(True for _ in _objects(self.path(uri)))

    def download(self, uri: str, folder: Path, share: Share = WHOLE) -> list[Path]:
        """Copy an object, or every object below a prefix (keeping their folders), into a folder.

        Of the objects a share is copied. Returns the files written. Raises StorageError when there is nothing
        under the URI.
        """
        source = self.path(uri)
        base = source if source.is_dir() else source.parent
        written = []
        objects = [*_objects(source)]
        if not objects:
            raise StorageError(f"{uri}: there is no such object")
        for file in share.objects(objects):
            target = folder / file.relative_to(base)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
            written.append(target)
        return written

    def digest(self, uri: str) -> str:
        """A SHA-256 over names and contents of the object, or of the objects below a prefix."""
        source = self.path(uri)
        base = source if source.is_dir() else source.parent
        digest = hashlib.sha256()
        for file in _objects(source):
            digest.update(f"{file.relative_to(base).as_posix()}\0".encode())
            with file.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
        return digest.hexdigest()

    def upload(self, source: Path, uri: str) -> None:
        """Copy a file to an object, or a folder's files below a prefix; each object appears whole or not."""
        target = self._writable(uri)
        for file in _objects(source):
            destination = target / file.relative_to(source) if source.is_dir() else target
            with self._replacing(destination, uri) as temporary:
                shutil.copyfile(file, temporary)

    def replace(self, files: Mapping[Path, Path], uri: str, aside: Path | None = None) -> None:
        """Make copies of files, by their keys relative to the URI, all that is at and below it.

        One file with the key `Path()` becomes the object itself. What was there goes only when all of the new
        is there: to `aside` if that is given.
        """
        target = self._writable(uri)
        with self._replacing(target, uri) as temporary:
            for name, file in files.items():
                copy = temporary / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
            # Only a file takes a file's place in one step.
            if os.path.lexists(target) and (aside or target.is_dir() or temporary.is_dir()):
                target.rename(aside or temporary.with_name("old"))

    def remove(self, uri: str) -> None:
        """Remove an object, or all that is below a prefix."""
        target = self._writable(uri)
        with tempfile.TemporaryDirectory(dir=self._incoming()) as folder:
            target.rename(Path(folder, "old"))

    def _writable(self, uri: str) -> Path:
        if uri in self._assets:
            raise StorageError(f"{uri} is an asset of the assembly and cannot be written")
        return self.path(uri)

    def _publish(self, uri: str, path: Path) -> None:
        asset = self._assets[uri]
        if not asset.path.exists():
            raise StorageError(f"{uri}: the assembly lacks {asset.path}; run `{synthesis()}`")
        with self._replacing(path, uri) as temporary:
            if asset.is_zipped:
                _zip(asset.path, temporary)
            else:
                shutil.copyfile(asset.path, temporary)

    @contextmanager
    def _replacing(self, target: Path, uri: str) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(dir=self._incoming()) as folder:
            temporary = Path(folder) / "object"
            yield temporary
            self._put(temporary, target, uri)

    def _put(self, source: Path, target: Path, uri: str) -> None:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            raise StorageError(f"{uri}: a folder cannot be an object and a prefix at once") from None

    def _incoming(self) -> Path:
        # Beside the buckets, so that an object in the making is never listed.
        incoming = self._root / ".incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        return incoming


def _parse(uri: str) -> tuple[str, str]:
    match = _URI.fullmatch(uri)
    if match is None:
        raise StorageError(f"{uri!r} is not an S3 URI (s3://<bucket>/<key>)")
    bucket, key = match[1], match[2] or ""
    if any(part in ("", ".", "..") for part in key.removesuffix("/").split("/")) and key:
        raise StorageError(f"{uri}: a part of the key is empty, `.` or `..`")
    return bucket, key


def _objects(path: Path) -> Iterator[Path]:
    yield from [path] if path.is_file() else files_below(path).values()


def _zip(folder: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for file in _objects(folder):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            zipped.writestr(entry, file.read_bytes())
