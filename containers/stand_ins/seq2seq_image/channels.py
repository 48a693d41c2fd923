"""The input channels of a training job: sentences as numbers, and the vocabularies that number them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from built_in import channel_files, channel_rules
from built_in.hyperparameters import Refused

from . import records
from .records import CONTENT_TYPE as RECORDS
from .vocabulary import SOURCE_FILE, TARGET_FILE, Vocabulary

TRAIN, VALIDATION, VOCAB = "train", "validation", "vocab"


@dataclass(frozen=True)
class Pair:
    """A sentence and its translation, as numbers, without marks for begin and end."""

    source: list[int]
    target: list[int]


@dataclass(frozen=True)
class Vocabularies:
    source: Vocabulary
    target: Vocabulary


def validate(channels: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse a job without one of the three channels, with another one, or with another content type."""
    channel_rules.validate(channels, required=(TRAIN, VALIDATION, VOCAB), check=_check_content)


def vocabularies(folder: Path) -> Vocabularies:
    """The two vocabularies of a folder."""
    return Vocabularies(Vocabulary.read(folder / SOURCE_FILE), Vocabulary.read(folder / TARGET_FILE))


def pairs(folder: Path, known: Vocabularies, longest_source: int, longest_target: int) -> list[Pair]:
    """The records of all files of a channel, in the order of their names, each cut to the longest lengths.

    Refuses a channel without any, what is not RecordIO-protobuf, a sentence without words and a number that
    the vocabulary does not have, with file and record.
    """
    found: list[Pair] = []
    for path in channel_files.visible_files(folder):
        channel_files.check_format(path, RECORDS, {}, own=channel_files.RECORDS)
        try:
            for number, (source, target) in enumerate(records.read(path.read_bytes()), start=1):
                _check(source, len(known.source), f"{path.name}: record {number}: source")
                _check(target, len(known.target), f"{path.name}: record {number}: target")
                found.append(Pair(source[:longest_source], target[:longest_target]))
        except records.NotRecords as error:
            raise Refused(f"{path.name}: {error}") from None
    if not found:
        raise Refused(f"No data in {folder.name} channel path {folder}")
    return found


def _check_content(name: str, channel: Mapping[str, Any]) -> None:
    if name != VOCAB and channel.get("ContentType", RECORDS) != RECORDS:
        raise Refused(f"Channel '{name}' has the content type {channel['ContentType']}, not {RECORDS}")


def _check(numbers: list[int], size: int, where: str) -> None:
    if not numbers:
        raise Refused(f"{where} has no words")
    if min(numbers) < 0 or max(numbers) >= size:
        raise Refused(f"{where} has a number outside its vocabulary of {size} words")
