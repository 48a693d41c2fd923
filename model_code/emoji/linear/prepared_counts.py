"""How many tweets the job that prepares them found for what: beside the texts, a file for each of its files.

Only here is all of it known: an instance of that job does not see the files of the others, and a channel
without an object would end a later step, which may come after hours, with no word about tweets.
"""

import json
from collections import Counter
from pathlib import Path


def check(channel: Path) -> None:
    """Refuse (ValueError) what leaves a later step without a tweet; texts without counts are not checked."""
    paths = sorted(channel.rglob("*.counts.json"))
    counts: Counter[str] = Counter()
    for path in paths:
        counts.update(_counts(path))
    if not paths or all(counts[name] for name in ("train", "validation", "scored")):
        return
    split = counts["train"] + counts["validation"] + counts["test"]
    if not split and counts["scored"]:
        raise ValueError('no tweet to train on: every file has "test" in its name')
    if not split:
        raise ValueError(f"no tweet to train on: {counts['left out']} tweets, none with exactly one emoji")
    if not counts["scored"]:
        raise ValueError('no tweet to score: expected a file with "test" in its name, or Scored=part')
    part = "validation" if counts["train"] else "training"
    raise ValueError(f"no tweet in the {part} part: expected more tweets, got {split}")


def _counts(path: Path) -> dict[str, int]:
    try:
        document = json.loads(path.read_bytes())
    except ValueError:
        document = None
    if not isinstance(document, dict) or not all(type(count) is int for count in document.values()):
        raise ValueError(f"{path.name}: expected the numbers of tweets of a file by name")
    return document
