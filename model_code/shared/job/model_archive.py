"""The files of a model.tar.gz, checked one by one."""

import gzip
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

LARGEST_FILE = 256 * 1024 * 1024
MOST_FILES = 1000
_PART = 1 << 20


class ArchiveError(ValueError):
    """The archive is no tar that can be read, or is not made of plain files with relative names."""


def files(archive: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Name and content of each file, in the archive's order.

    Raises ArchiveError for links, devices, absolute names, names that lead out of the folder, a file of more
    than LARGEST_FILE bytes and more than MOST_FILES members.
    """
    try:
        with tarfile.open(archive) as tar:
            for count, member in enumerate(tar, 1):
                if member.isdir():
                    continue
                content = tar.extractfile(_checked(member, count, archive))
                yield PurePosixPath(member.name), content.read() if content else b""
            # tarfile takes a damaged header for the end; only the end of the stream has its checksum.
            while tar.fileobj and tar.fileobj.read(_PART):
                pass
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ArchiveError(f"{archive.name}: {error}") from None


def unpack(archive: Path, folder: Path) -> None:
    """Write the archive's files below `folder`; raises ArchiveError as `files` does."""
    for name, content in files(archive):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _checked(member: tarfile.TarInfo, count: int, archive: Path) -> tarfile.TarInfo:
    name = PurePosixPath(member.name)
    if not member.isfile() or name.is_absolute() or ".." in name.parts or "\\" in member.name:
        raise ArchiveError(f"{archive.name}: {member.name!r} is not a file with a plain relative name")
    if member.size > LARGEST_FILE or count > MOST_FILES:
        raise ArchiveError(f"{archive.name}: too large at {member.name!r}")
    return member
