"""Model archives that must be refused: each a generator of its bytes, and what the refusal says."""

import gzip
import io
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Fill = Callable[[tarfile.TarFile], None]

# Where fields of a tar header begin.
_SIZE, _PREFIX = 124, 345


def add(tarball: tarfile.TarFile, name: str, content: bytes = b"x", **fields: object) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    for field, value in fields.items():
        setattr(entry, field, value)
    tarball.addfile(entry, io.BytesIO(content))


def add_special(name: str, kind: bytes, target: str = "") -> Fill:
    return lambda tarball: add(tarball, name, b"", type=kind, linkname=target)


def tar_gz(fill: Fill, **options: object) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", **options) as tarball:  # type: ignore[call-overload]
        fill(tarball)
    return gzip.compress(stream.getvalue())


def several(*names: str) -> Fill:
    def fill(tarball: tarfile.TarFile) -> None:
        for name in names:
            add(tarball, name)

    return fill


def long_names(*names: bytes, kind: bytes = tarfile.REGTYPE) -> Fill:
    """A member under the names that GNU's headers before it give."""

    def fill(tarball: tarfile.TarFile) -> None:
        for name in names:
            add(tarball, "././@LongLink", name, type=tarfile.GNUTYPE_LONGNAME)
        add(tarball, "a", type=kind)

    return fill


def through_a_link(folder: Path) -> Fill:
    def fill(tarball: tarfile.TarFile) -> None:
        add(tarball, "code", b"", type=tarfile.SYMTYPE, linkname=str(folder))
        add(tarball, "code/escaped")

    return fill


def bomb(tarball: tarfile.TarFile) -> None:
    add(tarball, "zeros", bytes(40 << 20))


def with_field(content: bytes, first: int, field: bytes) -> bytes:
    """The archive with other bytes from `first` on in its first header, and the check sum of these."""
    raw = bytearray(gzip.decompress(content))
    raw[first : first + len(field)] = field
    raw[148:156] = b"%06o\0 " % (sum(raw[:148]) + sum(raw[156:512]) + 8 * 32)
    return gzip.compress(bytes(raw))


GOOD = tar_gz(several("parameters.json", "code/inference.py"))


@dataclass(frozen=True)
class Hostile:
    """An archive's name for people, a part of the message that refuses it, and what makes its bytes.

    `make` takes a folder that the archive may try to write to: it is not the one that is unpacked to.
    """

    name: str
    reason: str
    make: Callable[[Path], bytes]


HOSTILE = (
    Hostile("a truncated gzip file", "not a complete gzip", lambda outside: GOOD[:-20]),
    Hostile(
        "a truncated tar", "middle of a member", lambda outside: gzip.compress(gzip.decompress(GOOD)[:700])
    ),
    Hostile("no gzip file", "not a complete gzip", lambda outside: b"PK\x03\x04"),
    Hostile("an empty file", "middle of a member", lambda outside: b""),
    Hostile(
        "a damaged check sum",
        "not a complete gzip",
        lambda outside: GOOD[:-8] + b"\x00\x00\x00\x00" + GOOD[-4:],
    ),
    Hostile("garbage after the gzip", "not a complete gzip", lambda outside: GOOD + b"garbage"),
    Hostile("no member", "no file", lambda outside: tar_gz(lambda tarball: None)),
    Hostile("only a folder", "no file", lambda outside: tar_gz(add_special("code", tarfile.DIRTYPE))),
    Hostile("dotdot", "plain relative name", lambda outside: tar_gz(several("../escaped"))),
    Hostile("dotdot inside", "plain relative name", lambda outside: tar_gz(several("code/../../escaped"))),
    Hostile("an absolute name", "plain relative name", lambda outside: tar_gz(several("/escaped"))),
    Hostile("an empty part", "plain relative name", lambda outside: tar_gz(several("code//inference.py"))),
    Hostile("a hidden file", "plain relative name", lambda outside: tar_gz(several(".bashrc"))),
    Hostile("a backslash", "plain relative name", lambda outside: tar_gz(several("..\\escaped"))),
    Hostile("a newline", "plain relative name", lambda outside: tar_gz(several("a\nb"))),
    Hostile("not ASCII", "not ASCII", lambda outside: tar_gz(several("modèle"))),
    Hostile(
        "a symbolic link",
        "symbolic link",
        lambda outside: tar_gz(add_special("model", tarfile.SYMTYPE, "/etc")),
    ),
    Hostile(
        "a hard link",
        "hard link",
        lambda outside: tar_gz(add_special("model", tarfile.LNKTYPE, "parameters.json")),
    ),
    Hostile("a fifo", "fifo", lambda outside: tar_gz(add_special("model", tarfile.FIFOTYPE))),
    Hostile(
        "a character device",
        "character device",
        lambda outside: tar_gz(add_special("model", tarfile.CHRTYPE)),
    ),
    Hostile("a block device", "block device", lambda outside: tar_gz(add_special("model", tarfile.BLKTYPE))),
    Hostile(
        "a contiguous file", "unknown type", lambda outside: tar_gz(add_special("model", tarfile.CONTTYPE))
    ),
    Hostile("a sparse file", "sparse", lambda outside: tar_gz(add_special("model", tarfile.GNUTYPE_SPARSE))),
    Hostile(
        "a global header",
        "global",
        lambda outside: tar_gz(several("a"), format=tarfile.PAX_FORMAT, pax_headers={"path": "b"}),
    ),
    Hostile(
        "a pax header with a link",
        "sets linkpath",
        lambda outside: tar_gz(lambda tarball: add(tarball, "a", pax_headers={"linkpath": "/etc"})),
    ),
    Hostile(
        "a pax header with a size",
        "sets size",
        lambda outside: tar_gz(lambda tarball: add(tarball, "a", pax_headers={"size": "-1"})),
    ),
    Hostile(
        "a pax name with dotdot",
        "plain relative name",
        lambda outside: tar_gz(
            lambda tarball: add(tarball, "a", pax_headers={"path": "../" + "escaped/" * 40 + "x"})
        ),
    ),
    Hostile(
        "a huge pax header",
        "an extended header of",
        lambda outside: tar_gz(lambda tarball: add(tarball, "a", pax_headers={"comment": "x" * (1 << 20)})),
    ),
    Hostile("a negative size", "malformed number", lambda outside: with_field(GOOD, _SIZE, b"-0000000001\0")),
    Hostile(
        "a size that others read as 0",
        "malformed number",
        lambda outside: with_field(GOOD, _SIZE, b"\0" + b"00000000001"),
    ),
    Hostile(
        "a prefix that some readers see",
        "prefix or times",
        lambda outside: with_field(tar_gz(several("a"), format=tarfile.GNU_FORMAT), _PREFIX, b"../b"),
    ),
    Hostile("a long name behind a NUL", "a NUL inside", lambda outside: tar_gz(long_names(b"b\0../b\0"))),
    Hostile("a long name without its NUL", "no NUL at its end", lambda outside: tar_gz(long_names(b"b"))),
    Hostile(
        "two long names of one member",
        "two extended headers",
        lambda outside: tar_gz(long_names(b"b\0", b"c\0")),
    ),
    Hostile(
        "a long name of an old member",
        "of an older format",
        lambda outside: tar_gz(long_names(b"b\0", kind=tarfile.AREGTYPE)),
    ),
    Hostile(
        "a file with a folder's name",
        "a folder's name",
        lambda outside: tar_gz(lambda tarball: add(tarball, "code/", b"")),
    ),
    Hostile("a name twice", "comes twice", lambda outside: tar_gz(several("a", "a"))),
    Hostile("a file and a folder of one name", "comes twice", lambda outside: tar_gz(several("a", "a/b"))),
    Hostile("a folder and a file of one name", "comes twice", lambda outside: tar_gz(several("a/b", "a"))),
    Hostile("a compression of 1000:1", "unpacks to more than", lambda outside: tar_gz(bomb)),
    Hostile(
        "too many members",
        "more than 1000 members",
        lambda outside: tar_gz(several(*(f"file-{n}" for n in range(1001)))),
    ),
    Hostile("too deep a folder", "deeper than 8", lambda outside: tar_gz(several("a/" * 30 + "b"))),
    Hostile(
        "members after the end",
        "data follows its end",
        lambda outside: gzip.compress(
            gzip.decompress(tar_gz(several("a"))) + gzip.decompress(tar_gz(several("../b")))
        ),
    ),
    Hostile("a folder with content", "a folder with content", lambda outside: tar_gz(several("code/"))),
    Hostile(
        "a setuid link",
        "symbolic link",
        lambda outside: tar_gz(
            lambda tarball: add(tarball, "run", b"", type=tarfile.SYMTYPE, mode=0o4777, linkname="/bin/sh")
        ),
    ),
    Hostile("a file through a link", "symbolic link", lambda outside: tar_gz(through_a_link(outside))),
    Hostile(
        "a hard link to what is outside",
        "hard link",
        lambda outside: tar_gz(add_special("model", tarfile.LNKTYPE, f"{outside}/kept")),
    ),
    Hostile("a full-width dotdot", "not ASCII", lambda outside: tar_gz(several("\uff0e\uff0e/escaped"))),
    Hostile("a name that reads backwards", "not ASCII", lambda outside: tar_gz(several("\u202egpj.py"))),
    Hostile(
        "an absolute name beside the folder",
        "plain relative name",
        lambda outside: tar_gz(several(f"{outside}/escaped")),
    ),
)
