"""Recommends emojis in the image of ONNX Runtime: text in, five emojis out.

A malformed request raises `Refused`, whose `status` is 400 or 415; no message repeats a tweet. A tweet is
scored in one thread: more instances of the image answer more callers.
"""

import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import emoji_wire
import numpy as np
import onnxruntime
from emoji_answer import Recommender
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, pre_tokenizers, processors

# A file of tweets comes as one request of any number of lines.
_TOGETHER = 128
# BERT takes an apostrophe for a word of its own, and no longer word for anything but an unknown one.
_WORD = re.compile(r"'|[^\s']+")
_LONGEST_WORD = 100
_UNKNOWN = "[UNK]"


class _Tokens:
    """What `Recommender` asks of a tokenizer, by the `tokenizers` package."""

    def __init__(self, vocabulary: Path) -> None:
        model = models.WordPiece.from_file(str(vocabulary), unk_token=_UNKNOWN)
        model.max_input_chars_per_word = _LONGEST_WORD
        self._tokenizer = Tokenizer(model)
        self._tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        ends = [(mark, model.token_to_id(mark)) for mark in ("[CLS]", "[SEP]")]
        self._tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", special_tokens=ends
        )

    def encode(self, text: str, max_tokens: int) -> list[int]:
        # A word is a token or more: those beyond cannot count, and a tweet may be megabytes.
        words = islice(_WORD.finditer(text), max_tokens)
        some = " ".join(word.group()[: _LONGEST_WORD + 1] for word in words)
        ids: list[int] = self._tokenizer.encode(some).ids
        return ids if len(ids) <= max_tokens else [*ids[: max_tokens - 1], ids[-1]]


class Model:
    """The network of an archive and what turns tweets into its numbers and back."""

    def __init__(self, folder: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._recommender = Recommender(folder, _Tokens(folder / "vocab.txt"))

    def answers(self, tweets: Sequence[str]) -> list[emoji_wire.Answer]:
        """The answer to each tweet, in their order; those of about one length are scored together."""
        order = sorted(range(len(tweets)), key=lambda place: len(tweets[place]))
        found: dict[int, emoji_wire.Answer] = {}
        for start in range(0, len(order), _TOGETHER):
            places = order[start : start + _TOGETHER]
            some = [tweets[place] for place in places]
            answers = self._recommender.answer(self._logits(some).tolist(), some)
            found.update(zip(places, answers, strict=True))
        return [found[place] for place in range(len(tweets))]

    def _logits(self, tweets: Sequence[str]) -> NDArray[np.float32]:
        encoded = self._recommender.encode(tweets)._asdict()
        inputs = {name: np.array(rows, dtype=np.int64) for name, rows in encoded.items()}
        (logits,) = self._session.run(["logits"], inputs)
        found: NDArray[np.float32] = logits
        return found


def model_fn(model_dir: str) -> Model:
    return Model(Path(model_dir))


def transform_fn(model: Model, body: str | bytes, content_type: str, accept: str) -> tuple[str, str]:
    """The response's body and content type."""
    answers = model.answers(emoji_wire.read(body, content_type))
    return emoji_wire.write(answers, content_type), emoji_wire.answer_type(content_type)
