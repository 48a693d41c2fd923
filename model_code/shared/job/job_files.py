"""The files that a job reads and writes."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A stream whose content is at `path` once the block has ended without an exception, and not before.

    The folder is made if need be; nothing stays in it after an exception.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("wb") as stream:
            yield stream
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write(path: Path, content: str | bytes) -> None:
    """Write the file whole: bytes, or text in UTF-8 with its line ends as they are."""
    with writing(path) as stream:
        stream.write(content.encode() if isinstance(content, str) else content)


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write the lines, each ended by a line feed, as `write` does."""
    with writing(path) as stream:
        stream.writelines(f"{line}\n".encode() for line in lines)


def only_file(folder: Path) -> Path:
    """The one file of a folder, hidden files apart; raises ValueError unless there is exactly one."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    if len(files) != 1:
        names = ", ".join(path.name for path in files) or "none"
        raise ValueError(f"{folder}: expected one file, found {names}")
    return files[0]


def transform_outputs(folder: Path) -> list[Path]:
    """What a batch transform wrote below the folder; raises ValueError if it wrote nothing."""
    found = sorted(folder.rglob("*.out"))
    if not found:
        raise ValueError(f"{folder}: no *.out file; expected the output of a batch transform")
    return found
