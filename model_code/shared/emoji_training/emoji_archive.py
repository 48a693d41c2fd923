"""A model folder made whole: beside the network, what turns tweets into numbers and logits into emojis."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import emoji_choices
import labeled_texts
import numpy as np
from emoji_answer import Encoded, Recommender, Settings
from emoji_choices import Labels, Shares
from emoji_job import channel, optional_channel
from emoji_linear import Linear
from emoji_weights import CONFIGURATION, SETTINGS, VOCABULARY, Weights, linear_of
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


class Rest(Protocol):
    """All of an archive but its network."""

    def write(self, model: Path, logits: Logits) -> None:
        """Write it, and the script that serves, into the folder, and print what the validation has found.

        `logits` are the network's for tweets that are padded to one length.
        """


@dataclass(frozen=True)
class Chosen:
    """The rest of which something is chosen on the validation part, for a network of so many epochs."""

    weights: Weights
    linear: Path | None
    linear_logits: Shares | None
    tweets: list[str]
    labels: Labels
    epochs: int

    @classmethod
    def of(cls, weights: Weights, linear: Path | None, texts: Path, epochs: int) -> "Chosen":
        """`texts` has the cleaned tweets with label and part, as JSON lines; `linear` is a linear model's
        folder.

        Refuses (ValueError, OSError) texts without a validation part, and a vocabulary or a linear model that
        is broken or does not fit.
        """
        weights.check_vocabulary()
        tweets, labels = labeled_texts.read(texts)[labeled_texts.VALIDATION]
        if not tweets:
            raise ValueError(f'the channel {texts.name} has no tweet of the part "validation" in its *.jsonl')
        linear_logits = _linear_logits(linear, tweets)
        return cls(weights, linear, linear_logits, tweets, np.array(labels, dtype=np.int64), epochs)

    def write(self, model: Path, logits: Logits) -> None:
        _take(model, self.weights)
        (model / LABELS).write_text(json.dumps(EMOJIS, ensure_ascii=False) + "\n", encoding="utf-8")
        Settings(MAX_TOKENS, 1.0, 0.0).save(model)
        network = _all_logits(Recommender(model), self.tweets, logits)
        blend = emoji_choices.blend(network, self.linear_logits, self.labels)
        if self.linear and blend.weight > 0:
            shutil.copytree(self.linear, model / LINEAR, dirs_exist_ok=True)
        threshold = emoji_choices.threshold(blend.log_shares, self.labels)
        Settings(MAX_TOKENS, threshold, blend.weight).save(model)
        network = emoji_choices.log_softmax(network)
        print(Quality.of(network, self.labels).lines("validation", self.epochs))
        print(Quality.of(blend.log_shares, self.labels).lines("blended", self.epochs), flush=True)


@dataclass(frozen=True)
class Kept:
    """The rest of a trained archive, as it was chosen."""

    weights: Weights

    def write(self, model: Path, _: Logits) -> None:
        _take(model, self.weights)
        for name in (LABELS, SETTINGS):
            shutil.copyfile(self.weights.folder / name, model / name)
        if (self.weights.folder / LINEAR).exists():
            shutil.copytree(self.weights.folder / LINEAR, model / LINEAR, dirs_exist_ok=True)


def rest_of(weights: Weights, epochs: int, scratch: Path) -> Rest:
    """What goes with the network after so many epochs: of the channels, which are checked before the first
    step; or, where a trained one is only written in another form, what was chosen with it.

    Refuses as `Chosen.of` does, and (ValueError) a channel that is missing.
    """
    if weights.trained and not epochs:
        return Kept(weights)
    linear = linear_of(optional_channel("linear"), scratch / "linear")
    return Chosen.of(weights, linear, channel("texts"), epochs)


def _take(model: Path, weights: Weights) -> None:
    code = Path(__file__).parent
    (model / CODE).mkdir(parents=True, exist_ok=True)
    for name in ("inference.py", *SERVING):
        shutil.copyfile(code / name, model / CODE / name)
    for name in (VOCABULARY, CONFIGURATION):
        shutil.copyfile(weights.folder / name, model / name)


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
    try:
        model = Linear.load(linear)
    except (OSError, ValueError) as error:
        raise ValueError(f"expected a linear model in the channel linear, got another ({error})") from None
    found = np.array([model.logits(tweet) for tweet in tweets])
    if found.shape[1] != len(EMOJIS):
        raise ValueError(f"expected a linear model of {len(EMOJIS)} classes, got {found.shape[1]}")
    return found
