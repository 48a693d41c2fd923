"""Tweets, their labels, and what a batch transform answered: three folders, read side by side.

For each file `NAME` of labels there is one of tweets with that name, and `NAME.out` of answers.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from job_files import transform_outputs
from tweet_text import EMOJIS

BEST = 5


class Answered(NamedTuple):
    """A tweet with its label, and the five best labels, best first, each with its share."""

    tweet: str
    label: int
    best: list[int]
    shares: list[float]
    recommended: bool
    truncated: bool

    @property
    def right(self) -> bool:
        return self.best[0] == self.label


def read(labels: Path, tweets: Path, scores: Path) -> list[Answered]:
    """What was answered, in the order of the files' names; refuses (ValueError) files that do not fit each
    other, and lines that are not such an answer, by file and line."""
    outputs = {path.name.removesuffix(".out"): path for path in transform_outputs(scores)}
    names = sorted(path.name for path in labels.glob("*.jsonl"))
    if names != sorted(outputs):
        missing, more = sorted({*names} - {*outputs}), sorted({*outputs} - {*names})
        raise ValueError(f"expected an answer file for each file of labels; missing {missing}, more {more}")
    return [answered for name in names for answered in _file(labels / name, tweets / name, outputs[name])]


def _file(labels: Path, tweets: Path, answers: Path) -> Iterator[Answered]:
    files = [list(_lines(path)) for path in (labels, tweets, answers)]
    counts = [*map(len, files)]
    if len({*counts}) != 1:
        raise ValueError(
            f"{answers}: expected {counts[0]} answers, as many as labels, "
            f"got {counts[2]} for {counts[1]} tweets"
        )
    for label, tweet, answer in zip(*files, strict=True):
        yield Answered(_tweet(*tweet), _label(*label), *_answer(*answer))


def _lines(path: Path) -> Iterator[tuple[Any, str]]:
    """The document of each line, None where there is none, with its place."""
    with path.open(encoding="utf-8", newline="\n") as stream:
        for number, line in enumerate(stream, 1):
            try:
                document = json.loads(line)
            except ValueError:
                document = None
            yield document, f"{path}, line {number}"


def _label(document: Any, where: str) -> int:
    label = document.get("label") if isinstance(document, dict) else None
    if not isinstance(label, int) or label not in range(len(EMOJIS)):
        raise ValueError(f'{where}: expected {{"label": 0 to {len(EMOJIS) - 1}}}')
    return label


def _tweet(document: Any, where: str) -> str:
    tweet = document.get("tweet") if isinstance(document, dict) else None
    if not isinstance(tweet, str):
        raise ValueError(f'{where}: expected {{"tweet": "..."}}')
    return tweet


def _answer(document: Any, where: str) -> tuple[list[int], list[float], bool, bool]:
    try:
        best = [EMOJIS.index(one["emoji"]) for one in document["emojis"]]
        shares = [float(one["share"]) for one in document["emojis"]]
        flags = document["recommended"], document["truncated"]
    except (TypeError, KeyError, ValueError):
        best, shares, flags = [], [], (None, None)
    whole = len({*best}) == len(best) == BEST and all(isinstance(flag, bool) for flag in flags)
    if not whole or not all(0 <= share <= 1 for share in shares) or shares != sorted(shares, reverse=True):
        raise ValueError(
            f"{where}: expected {BEST} emojis with shares from 0 to 1, best first, recommended and truncated"
        )
    return best, shares, *flags
