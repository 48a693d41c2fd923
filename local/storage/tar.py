"""A reader of tar streams that knows regular files and folders, and refuses everything else.

tarfile interprets links, sparse maps, global headers and unbounded pax records before any filter sees a
member, and several of its flaws lie there (CVE-2024-6232, CVE-2025-4517, CVE-2025-8194). Model archives need
none of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from local.errors import ArchiveError

BLOCK = 512
_EXTENDED_HEADER_LIMIT = 64 * 1024
_PAX_KEYS_WITHOUT_EFFECT = {"mtime", "atime", "ctime", "uid", "gid", "uname", "gname", "charset", "comment"}
_PAX_VENDORS_WITHOUT_EFFECT = ("LIBARCHIVE.", "SCHILY.xattr.")
_TYPES = {
    b"1": "a hard link",
    b"2": "a symbolic link",
    b"3": "a character device",
    b"4": "a block device",
    b"6": "a fifo",
    b"S": "a sparse file",
    b"g": "a global header",
}


class Readable(Protocol):
    """All that is used of a stream of bytes."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class Member:
    """One entry: its name as the archive spells it; `size` bytes follow in the stream."""

    name: str
    size: int
    is_folder: bool


def members(stream: Readable) -> Iterator[Member]:
    """The members of a tar stream in order; the caller reads `size` bytes, with `data`, before the next one.

    Raises ArchiveError for a malformed header, and for any member but a regular file or a folder.
    """
    name_of_next: str | None = None
    while (header := _exactly(stream, BLOCK)) != bytes(BLOCK):
        _verify_checksum(header)
        kind, size = header[156:157], _octal(header[124:136])
        if kind in (b"x", b"L"):
            extended = _extended_name(kind, _extended(stream, size))
            if extended is not None and name_of_next is not None:
                raise ArchiveError("two extended headers name one member")
            name_of_next = name_of_next if extended is None else extended
            continue
        if kind == b"\0" and name_of_next is not None:
            raise ArchiveError("an extended header names a member of an older format")
        name = _plain_name(header) if name_of_next is None else name_of_next
        name_of_next = None
        if kind in (b"0", b"\0"):
            is_folder = name.endswith("/")
            if is_folder and (size or kind == b"0"):
                raise ArchiveError(f"{name!r} is a file with a folder's name, or a folder with content")
            yield Member(name, size, is_folder)
        elif kind == b"5":
            yield Member(name, 0, is_folder=True)
        else:
            raise ArchiveError(f"{name!r} is {_TYPES.get(kind, f'of the unknown type {kind!r}')}, not a file")


def data(stream: Readable, size: int, piece: int = 1 << 20) -> Iterator[bytes]:
    """The next `size` bytes of a member in pieces, then its padding, which is dropped."""
    left = size
    while left:
        chunk = _exactly(stream, min(piece, left))
        left -= len(chunk)
        yield chunk
    _exactly(stream, -size % BLOCK)


def _exactly(stream: Readable, size: int) -> bytes:
    found = stream.read(size)
    if len(found) != size:
        raise ArchiveError("it ends in the middle of a member")
    return found


def _verify_checksum(header: bytes) -> None:
    if _octal(header[148:156]) != sum(header[:148]) + sum(header[156:]) + 8 * ord(" "):
        raise ArchiveError("a header has a wrong checksum")


def _octal(field: bytes) -> int:
    # A NUL ends a number for other readers: before the digits it would make one another.
    digits = field.lstrip(b" ").rstrip(b" \0")
    if not digits or digits.strip(b"01234567"):
        raise ArchiveError("a header holds a malformed number")
    return int(digits, 8)


def _text(field: bytes) -> str:
    """The text of a field up to its NULs; what stands behind a NUL some readers see and others do not."""
    text = field.rstrip(b"\0")
    if b"\0" in text:
        raise ArchiveError(f"the name {field!r} has a NUL inside")
    try:
        return text.decode("ascii")
    except UnicodeDecodeError:
        raise ArchiveError(f"the name {field!r} is not ASCII") from None


def _plain_name(header: bytes) -> str:
    prefix, name = _text(header[345:500]), _text(header[:100])
    if prefix and header[257:263] != b"ustar\0":
        raise ArchiveError(f"{name!r} has a prefix or times that are not read here")
    return f"{prefix}/{name}" if prefix else name


def _extended(stream: Readable, size: int) -> bytes:
    if size > _EXTENDED_HEADER_LIMIT:
        raise ArchiveError(f"an extended header of {size} bytes; at most {_EXTENDED_HEADER_LIMIT} are read")
    return b"".join(data(stream, size))


def _extended_name(kind: bytes, content: bytes) -> str | None:
    if kind == b"x":
        return _pax_path(content)
    # Readers that look for the NUL that ends a long name read on in the padding without one.
    if not content.endswith(b"\0"):
        raise ArchiveError("a long name has no NUL at its end")
    return _text(content)


def _pax_path(content: bytes) -> str | None:
    """The `path` among a pax header's records (`<length> <key>=<value>\\n`); other keys must be harmless."""
    path = None
    while content:
        digits, _, _ = content.partition(b" ")
        length = int(digits) if digits.isdigit() and len(digits) < 7 else 0
        record, content = content[:length], content[length:]
        key, equals, value = record[len(digits) + 1 : -1].partition(b"=")
        if not equals or record[-1:] != b"\n" or len(record) != length:
            raise ArchiveError("an extended header is malformed")
        name = _text(key)
        if name == "path":
            path = _text(value)
        elif name not in _PAX_KEYS_WITHOUT_EFFECT and not name.startswith(_PAX_VENDORS_WITHOUT_EFFECT):
            raise ArchiveError(f"an extended header sets {name}, which is not read here")
    return path
