"""Files that are read whole or refused by name, and that appear whole or not at all."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assembly.file_kind import kind
from local.errors import FilesError


@contextmanager
def written_by(writer: str, path: Path) -> Iterator[None]:
    """What reads a file that a program of ours has written; raises FilesError where the file is not as that
    program writes it."""
    try:
        yield
    except OSError as error:
        raise FilesError(f"{path} cannot be read: {error.strerror}") from None
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        raise FilesError(f"{path} is not in the format that {writer} writes; restore or remove it") from None


def write_whole(path: Path, text: str) -> None:
    """Write a text file, replacing a regular file that is there; raises FilesError for anything else."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to, which takes the place of `path` at the end of the block.

    A link stays, and the file that it leads to is replaced. Raises FilesError where a folder, a device or a
    pipe is.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise FilesError(f"{path} is {kind(target)}; expected a file or nothing there")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as folder:
        temporary = Path(folder) / target.name
        yield temporary
        temporary.replace(target)


def files_below(folder: Path) -> dict[Path, Path]:
    """Every file below a folder by its path relative to it, in the order of these; links are followed.

    Raises FilesError, naming it, for what cannot be read as a file or folder: a pipe, a socket, a device, a
    link that leads nowhere or to a folder that it is in, a folder that may not be listed.
    """
    found = {file.relative_to(folder): file for file in _walk(folder, ())}
    return dict(sorted(found.items()))


def _walk(folder: Path, above: tuple[Path, ...]) -> Iterator[Path]:
    real = folder.resolve()
    if real in above:
        raise FilesError(f"{folder} is a link to a folder that it is in")
    try:
        entries = list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise FilesError(f"{folder} cannot be read: {error.strerror}") from None
    for entry in entries:
        what = _kind_in_folder(entry)
        if what == "a folder":
            yield from _walk(entry, (*above, real))
        elif what == "a file":
            yield entry
        else:
            raise FilesError(f"{entry} is {what}; a folder of data holds files, folders and links to them")


def _kind_in_folder(entry: Path) -> str:
    try:
        return kind(entry)
    except FileNotFoundError:
        return "a link that leads nowhere"
    except OSError as error:
        raise FilesError(f"{entry} cannot be read: {error.strerror}") from None
