"""From tweets to a model's numbers, and from its logits to the five best emojis. Standard library only.

A model folder has `labels.json` (an emoji a class), `vocab.txt`, `settings.json` and, if the linear model has
a weight, `linear/`.
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from emoji_linear import Linear, log_shares
from tweet_text import clean
from wordpiece import WordPiece

BEST = 5
_DIGITS = 6
# A tweet has 280; the linear model, which reads on where the network has its tokens, would need seconds for
# the megabytes that an endpoint takes.
MOST_CHARACTERS = 1000


class Tokenizer(Protocol):
    """`WordPiece`, or something faster that encodes alike."""

    def encode(self, text: str, max_tokens: int) -> list[int]:
        """The numbers of a cleaned text's tokens, its ends included, at most `max_tokens`."""


class Encoded(NamedTuple):
    """What the model takes: a row a tweet, padded to the longest of them."""

    input_ids: list[list[int]]
    input_mask: list[list[int]]
    segment_ids: list[list[int]]


@dataclass(frozen=True)
class Settings:
    """`max_tokens` of a tweet count; from a share of `threshold` on an emoji is recommended; the linear model
    has `linear_weight` of the logarithms of the shares. Refuses (ValueError) what makes no sense."""

    max_tokens: int
    threshold: float
    linear_weight: float

    def __post_init__(self) -> None:
        if not isinstance(self.max_tokens, int) or self.max_tokens < 2:
            raise ValueError(f"expected max_tokens to be an integer from 2 on, got {self.max_tokens}")
        for name in ("threshold", "linear_weight"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"expected {name} from 0 to 1, got {getattr(self, name)}")

    def save(self, folder: Path) -> None:
        (folder / "settings.json").write_text(json.dumps(vars(self)) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Settings":
        document = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        names = [one.name for one in fields(cls)]
        if not isinstance(document, dict) or not all(
            isinstance(document.get(name), int | float) for name in names
        ):
            raise ValueError(f"settings.json: expected the numbers {', '.join(names)}")
        return cls(**{name: document[name] for name in names})


class Recommender:
    """All of an archive but the network."""

    def __init__(self, model_folder: Path | str, tokenizer: Tokenizer | None = None) -> None:
        folder = Path(model_folder)
        self.labels: list[str] = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        self.settings = Settings.load(folder)
        wordpiece = WordPiece(folder / "vocab.txt")
        self._padding = wordpiece.padding
        self._tokenizer: Tokenizer = tokenizer or wordpiece
        self._linear = Linear.load(folder / "linear") if self.settings.linear_weight > 0 else None

    def encode(self, tweets: Iterable[str]) -> Encoded:
        """The tokens of tweets as they were written, one or more; see MOST_CHARACTERS."""
        rows = [self._tokens(_text(tweet)[0])[0] for tweet in tweets]
        width = max(map(len, rows))
        return Encoded(
            [[*row, *[self._padding] * (width - len(row))] for row in rows],
            [[1] * len(row) + [0] * (width - len(row)) for row in rows],
            [[0] * width for _ in rows],
        )

    def answer(self, logits: Iterable[Sequence[float]], tweets: Sequence[str]) -> list[dict[str, Any]]:
        """The answer to each tweet, of the network's logits for it: one row a tweet (ValueError)."""
        return [self._answer(row, *_text(tweet)) for row, tweet in zip(logits, tweets, strict=True)]

    def shares(self, logits: Sequence[float], text: str) -> list[float]:
        """The share of each emoji for a cleaned text: the network's, with the linear model's."""
        if len(logits) != len(self.labels):
            raise ValueError(f"expected {len(self.labels)} logits, got {len(logits)}")
        found = log_shares(map(float, logits))
        if self._linear:
            found = blend(found, log_shares(self._linear.logits(text)), self.settings.linear_weight)
        return [math.exp(value) for value in found]

    def _answer(self, logits: Sequence[float], text: str, cut_off: bool) -> dict[str, Any]:
        shares = self.shares(logits, text)
        best = sorted(range(len(shares)), key=lambda number: -shares[number])[:BEST]
        rounded = [round(shares[number], _DIGITS) for number in best]
        return {
            "emojis": [
                {"emoji": self.labels[number], "share": share}
                for number, share in zip(best, rounded, strict=True)
            ],
            "recommended": rounded[0] >= self.settings.threshold,
            "truncated": cut_off or self._tokens(text)[1],
        }

    def _tokens(self, text: str) -> tuple[list[int], bool]:
        """The tokens that count, and whether there are more."""
        most = self.settings.max_tokens
        tokens = self._tokenizer.encode(text, most + 1)
        if len(tokens) <= most:
            return tokens, False
        return [*tokens[: most - 1], tokens[-1]], True


def _text(tweet: str) -> tuple[str, bool]:
    """The cleaned text as far as it is read, and whether it goes on."""
    text = clean(tweet)
    return text[:MOST_CHARACTERS], len(text) > MOST_CHARACTERS


def blend(network: Sequence[float], linear: Sequence[float], weight: float) -> list[float]:
    """Logarithms of shares of which the linear model's have the weight, and the network's the rest."""
    return log_shares((1 - weight) * one + weight * other for one, other in zip(network, linear, strict=True))
