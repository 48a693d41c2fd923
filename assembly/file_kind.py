"""Kinds of files."""

import stat
from pathlib import Path

_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a character device",
    stat.S_IFBLK: "a block device",
    stat.S_IFSOCK: "a socket",
    stat.S_IFDIR: "a folder",
    stat.S_IFREG: "a file",
}


def kind(path: Path) -> str:
    """The kind of file at a path, following links: `a file`, `a folder`, `a pipe`, ..."""
    return _KINDS.get(stat.S_IFMT(path.stat().st_mode), "no file")
