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

    Refuses (ValueError) a line that is not one, by file and line, and emojis without a tweet to train on.
    """
    parts = {part: Texts([], []) for part in (TRAIN, VALIDATION)}
    for path in sorted(channel.rglob("*.jsonl")):
        for number, line in enumerate(_lines(path), 1):
            part, text, label = _text(line, f"{path.name}, line {number}")
            parts[part].texts.append(text)
            parts[part].labels.append(label)
    _check_labels(parts[TRAIN].labels)
    return parts


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="\n") as stream:
        yield from stream


def _text(line: str, where: str) -> tuple[str, str, int]:
    try:
        document = json.loads(line)
        part, text, label = document["part"], document["tweet"], document["label"]
    except (ValueError, KeyError, TypeError):
        part = text = label = None
    if part not in (TRAIN, VALIDATION) or not isinstance(text, str) or label not in range(len(EMOJIS)):
        raise ValueError(
            f'{where}: expected {{"tweet": "...", "label": 0 to {len(EMOJIS) - 1}, '
            f'"part": "{TRAIN}" or "{VALIDATION}"}}'
        )
    return part, text, label


def _check_labels(labels: Sequence[int]) -> None:
    found = set(labels)
    missing = [emoji for label, emoji in enumerate(EMOJIS) if label not in found]
    if missing:
        raise ValueError(
            f"expected tweets of each emoji to train on, got {len(labels)} and none of {' '.join(missing)}"
        )
