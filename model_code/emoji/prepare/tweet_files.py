"""Files of tweets with their emojis: CSV, plain or .gz, with a header.

The columns are TWEET and LABEL, a number from 0 to 9 or the emoji itself; or TWEET alone, as tweets are
collected: then the label is the emoji in the text.
"""

import csv
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tweet_text import EMOJIS, clean

_TEXT, _LABEL = "TWEET", "LABEL"
_SUFFIXES = (".csv", ".csv.gz")
# Keyboards and applications write some emojis with the mark for a colored picture, and some without.
_VARIATION = "\ufe0f"
_PLAIN = tuple(emoji.rstrip(_VARIATION) for emoji in EMOJIS)
_NUMBERS = tuple(str(label) for label in range(len(EMOJIS)))
# What a blank line may have.
_BLANKS = " \t\r\n"


class FileError(ValueError):
    """A file that is not one of tweets; the message names it and the line, and repeats no tweet."""


class Tweet(NamedTuple):
    """A cleaned text and its label; None where the text does not have exactly one of the emojis."""

    text: str
    label: int | None


def tweet_files(folder: Path) -> dict[str, Path]:
    """The folder's files by name without suffix, in its order, but for hidden ones; none without a folder.

    Refuses (FileError) a file with another suffix, and two with one name.
    """
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name.startswith("."):
            continue
        suffix = next((suffix for suffix in reversed(_SUFFIXES) if path.name.endswith(suffix)), None)
        if suffix is None:
            raise FileError(f"{path.name}: expected a file whose name ends in {' or '.join(_SUFFIXES)}")
        name = path.name.removesuffix(suffix)
        if name in found:
            raise FileError(f"{path.name}: there is another file with the name {name}")
        found[name] = path
    return dict(sorted(found.items()))


def read(path: Path) -> Iterator[Tweet]:
    """The file's tweets, one after the other, without blank lines; raises FileError at the first line that is
    not one."""
    reading = csv.reader(_lines(path), strict=True)
    try:
        rows = (row for row in reading if len(row) > 1 or "".join(row).strip(_BLANKS))
        header = next(rows, [])
        columns = _columns(f"{path.name}, line {max(reading.line_num, 1)}", header)
        for row in rows:
            where = f"{path.name}, line {reading.line_num}"
            if len(row) != len(columns):
                raise FileError(f"{where}: expected {len(columns)} fields, got {len(row)}")
            text = row[columns.index(_TEXT)]
            label = _label(row[columns.index(_LABEL)], where) if _LABEL in columns else emoji_in(text)
            yield Tweet(clean(text), label)
    except csv.Error as error:
        raise FileError(f"{path.name}, line {reading.line_num}: not CSV: {error}") from None


def _columns(where: str, header: list[str]) -> list[str]:
    columns = [name.strip().upper() for name in header]
    if sorted(columns) not in ([_LABEL, _TEXT], [_TEXT]):
        raise FileError(f"{where}: expected the header {_TEXT},{_LABEL} or {_TEXT}")
    return columns


def _label(value: str, where: str) -> int:
    value = value.strip()
    plain = value.rstrip(_VARIATION)
    if plain in _PLAIN:
        return _PLAIN.index(plain)
    # int refuses thousands of digits.
    number = value.lstrip("0") or value[:1]
    if number in _NUMBERS:
        return int(number)
    raise FileError(f"{where}: expected a label from 0 to {len(EMOJIS) - 1} or one of {' '.join(EMOJIS)}")


def emoji_in(text: str) -> int | None:
    """The label of a tweet as it was written; None unless it has exactly one of the emojis, once or often."""
    labels = [label for label, emoji in enumerate(_PLAIN) if emoji in text]
    return labels[0] if len(labels) == 1 else None


def _lines(path: Path) -> Iterator[str]:
    # Lines of bytes, so that what cannot be decoded is on a line that can be named.
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            for line in stream:
                number += 1
                yield line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError:
        raise FileError(f"{path.name}, line {number}: not UTF-8") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FileError(f"{path.name}, after line {number}: not a complete gzip file: {error}") from None
