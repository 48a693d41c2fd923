"""From sentences to a model's numbers and back: by its tokenizer, or by two vocabularies."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol


class Words(Protocol):
    """What a model's numbers mean."""

    padding: int

    def encode(self, sentence: str) -> list[int]:
        """The numbers of a sentence, the mark of its end included."""

    def decode(self, numbers: Sequence[int]) -> str:
        """The sentence of what the model generated, without marks."""


class Vocabularies:
    """Words between spaces, numbered as in vocab.src.json and vocab.trg.json."""

    padding = 0
    _unknown, _begin, _end = 1, 2, 3

    def __init__(self, source: dict[str, int], target: dict[str, int]) -> None:
        self._source = source
        self._target = {number: word for word, number in target.items()}

    def encode(self, sentence: str) -> list[int]:
        return [*(self._source.get(word, self._unknown) for word in sentence.split()), self._end]

    def decode(self, numbers: Sequence[int]) -> str:
        marks = (self.padding, self._begin, self._end)
        return " ".join(self._target[number] for number in numbers if number not in marks)


class Tokenizer:
    """A tokenizer of transformers', which splits words into pieces."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.padding = int(tokenizer.pad_token_id)

    def encode(self, sentence: str) -> list[int]:
        numbers: list[int] = self._tokenizer(sentence)["input_ids"]
        return numbers

    def decode(self, numbers: Sequence[int]) -> str:
        return str(self._tokenizer.decode(numbers, skip_special_tokens=True))


def words_of(folder: Path) -> Words:
    """What the model folder has: the two vocabularies, or a tokenizer."""
    paths = [folder / name for name in ("vocab.src.json", "vocab.trg.json")]
    if all(path.exists() for path in paths):
        source, target = (json.loads(path.read_text(encoding="utf-8")) for path in paths)
        return Vocabularies(source, target)
    # Some tokenizers come with packages that an archive with vocabularies does not need.
    from transformers import AutoTokenizer  # noqa: PLC0415

    return Tokenizer(AutoTokenizer.from_pretrained(folder, local_files_only=True))
