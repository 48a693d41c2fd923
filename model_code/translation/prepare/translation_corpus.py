"""A parallel corpus: a folder with the parts train, validation and test in two languages."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from translation_text import source_words, words

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Pair:
    """A sentence and its translation, in words."""

    source: list[str]
    target: list[str]


class CorpusError(ValueError):
    """A folder that is no parallel corpus; the message names the file, and the line where one is wrong."""


def read_part(folder: Path, part: str, source: str, target: str) -> list[Pair]:
    """The pairs of `<part>.<language>`, plain or as .gz; those with an empty side are left out.

    Refuses a file that is missing, is there twice, is not UTF-8 or has more or fewer lines than its
    translation, and a part without any pair.
    """
    paths = [_path(folder, f"{part}.{language}") for language in (source, target)]
    sides = [list(_lines(path)) for path in paths]
    if len(sides[0]) != len(sides[1]):
        raise CorpusError(
            f"{paths[0].name} has {len(sides[0])} lines, {paths[1].name} {len(sides[1])}; expected as many"
        )
    pairs = [Pair(source_words(one), words(other)) for one, other in zip(*sides, strict=True)]
    whole = [pair for pair in pairs if pair.source and pair.target]
    if not whole:
        raise CorpusError(f"{paths[0].name} and {paths[1].name} have no line with words in both")
    return whole


def _path(folder: Path, name: str) -> Path:
    found = [path for path in (folder / name, folder / f"{name}.gz") if path.is_file()]
    if len(found) != 1:
        wanted = f"{name} or {name}.gz"
        raise CorpusError(f"{folder}: expected one of {wanted}, found {'both' if found else 'neither'}")
    return found[0]


def _lines(path: Path) -> Iterator[str]:
    content = path.read_bytes()
    try:
        text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig")
    except (gzip.BadGzipFile, EOFError) as error:
        raise CorpusError(f"{path.name}: not a complete gzip file: {error}") from None
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path.name}: not UTF-8 at byte {error.start}") from None
    # Not splitlines: a line separator of Unicode's inside a sentence is not the end of its line.
    return (line.removesuffix("\r") for line in text.removesuffix("\n").split("\n"))
