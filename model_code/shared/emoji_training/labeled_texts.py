"""Texts with their labels, as the job that prepares tweets writes them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tweet_text import EMOJIS

TRAIN, VALIDATION = "train", "validation"


class Texts(NamedTuple):
    """The texts of a part, and the label of each."""

    texts: list[str]
    labels: list[int]


def read(channel: Path) -> Mapping[str, Texts]:
    """The texts of all files (*.jsonl) by part.

    Refuses (ValueError) a line that is not one, by file and line.
    """
    parts = {part: Texts([], []) for part in (TRAIN, VALIDATION)}
    for path in sorted(channel.rglob("*.jsonl")):
        for number, line in enumerate(_lines(path), 1):
            part, text, label = _text(line, f"{path.name}, line {number}")
            parts[part].texts.append(text)
            parts[part].labels.append(label)
    return parts


def check_labels(labels: Sequence[int]) -> None:
    """Refuse (ValueError) labels to train on unless each emoji is among them."""
    found = set(labels)
    missing = [emoji for label, emoji in enumerate(EMOJIS) if label not in found]
    if missing:
        raise ValueError(
            f"expected tweets of each emoji to train on, got {len(labels)} and none of {' '.join(missing)}"
        )


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        yield from stream


def _text(line: bytes, where: str) -> tuple[str, str, int]:
    try:
        document = json.loads(line.decode())
        part, text, label = document["part"], document["tweet"], document["label"]
    except (ValueError, KeyError, TypeError, RecursionError):
        part = text = label = None
    if part not in (TRAIN, VALIDATION) or not isinstance(text, str) or label not in range(len(EMOJIS)):
        raise ValueError(
            f'{where}: expected {{"tweet": "...", "label": 0 to {len(EMOJIS) - 1}, '
            f'"part": "{TRAIN}" or "{VALIDATION}"}}'
        )
    return part, text, label
