"""A model folder made whole: beside the network, what turns tweets into numbers and logits into emojis."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import emoji_choices
import numpy as np
from emoji_answer import Encoded, Recommender, Settings
from emoji_choices import Labels, Shares
from emoji_linear import Linear
from emoji_weights import CONFIGURATION, SETTINGS, VOCABULARY, Weights
from tweet_text import EMOJIS
from wordpiece import MAX_TOKENS

LABELS, LINEAR, CODE = "labels.json", "linear", "code"
# What the script that serves imports; it travels in the archive.
SERVING = ("emoji_answer.py", "emoji_linear.py", "emoji_wire.py", "tweet_text.py", "wordpiece.py")
_BATCH = 128

Logits = Callable[[Encoded], Sequence[Sequence[float]]]


class Quality(NamedTuple):
    """The mean log loss on the validation part, and how often the emoji is the best, and among five."""

    loss: float
    top1: float
    top5: float

    @classmethod
    def of(cls, log_shares: Shares, labels: Labels) -> "Quality":
        return cls(
            emoji_choices.log_loss(log_shares, labels),
            emoji_choices.top(log_shares, labels, 1),
            emoji_choices.top(log_shares, labels, 5),
        )

    def lines(self, prefix: str, epoch: int) -> str:
        """The lines that a job's metrics are read from."""
        return "\n".join(
            f"{prefix}_{name}={value:.4f} epoch={epoch}" for name, value in self._asdict().items()
        )


class Validation(NamedTuple):
    """How good the network is by itself, and with the linear model."""

    network: Quality
    whole: Quality


def complete(model: Path, weights: Weights, linear: Path | None, texts: Path, logits: Logits) -> Validation:
    """Write everything but the network, and the script that serves, into the folder.

    `texts` has the cleaned tweets with label and part, as JSON lines; `logits` are the network's for tweets
    that are padded to one length. Refuses (ValueError) texts without a validation part.
    """
    tweets, labels = _validation(texts)
    _take(model, weights)
    (model / LABELS).write_text(json.dumps(EMOJIS, ensure_ascii=False) + "\n", encoding="utf-8")
    Settings(MAX_TOKENS, 1.0, 0.0).save(model)
    network = _all_logits(Recommender(model), tweets, logits)
    blend = emoji_choices.blend(network, _linear_logits(linear, tweets), labels)
    if linear and blend.weight > 0:
        shutil.copytree(linear, model / LINEAR, dirs_exist_ok=True)
    Settings(MAX_TOKENS, emoji_choices.threshold(blend.log_shares, labels), blend.weight).save(model)
    network = emoji_choices.log_softmax(network)
    return Validation(Quality.of(network, labels), Quality.of(blend.log_shares, labels))


def take_over(model: Path, weights: Weights) -> None:
    """The same of a trained archive, whose network is only written in another form: what was chosen stays."""
    _take(model, weights)
    for name in (LABELS, SETTINGS):
        shutil.copyfile(weights.folder / name, model / name)
    if (weights.folder / LINEAR).exists():
        shutil.copytree(weights.folder / LINEAR, model / LINEAR, dirs_exist_ok=True)


def _take(model: Path, weights: Weights) -> None:
    code = Path(__file__).parent
    (model / CODE).mkdir(parents=True, exist_ok=True)
    for name in ("inference.py", *SERVING):
        shutil.copyfile(code / name, model / CODE / name)
    for name in (VOCABULARY, CONFIGURATION):
        shutil.copyfile(weights.folder / name, model / name)


def _validation(texts: Path) -> tuple[list[str], Labels]:
    rows = [
        row
        for path in sorted(texts.rglob("*.jsonl"))
        for row in map(json.loads, path.read_text(encoding="utf-8").split("\n")[:-1])
        if row["part"] == "validation"
    ]
    if not rows:
        raise ValueError(f'the channel {texts.name} has no tweet of the part "validation" in its *.jsonl')
    return [row["tweet"] for row in rows], np.array([row["label"] for row in rows], dtype=np.int64)


def _all_logits(recommender: Recommender, tweets: Sequence[str], logits: Logits) -> Shares:
    """In batches of one length, which are the fastest, and in the tweets' order."""
    found = np.empty((len(tweets), len(recommender.labels)))
    for places in _batches([len(tweet) for tweet in tweets]):
        found[places] = logits(recommender.encode(tweets[place] for place in places))
    return found


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    places = sorted(range(len(lengths)), key=lengths.__getitem__)
    for start in range(0, len(places), _BATCH):
        yield places[start : start + _BATCH]


def _linear_logits(linear: Path | None, tweets: Sequence[str]) -> Shares | None:
    if linear is None:
        return None
    model = Linear.load(linear)
    return np.array([model.logits(tweet) for tweet in tweets])
