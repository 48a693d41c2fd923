"""The words of a language and their numbers, as the managed image's vocabulary files have them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from built_in.hyperparameters import Refused

PAD, UNKNOWN, BEGIN, END = range(4)
SOURCE_FILE, TARGET_FILE = "vocab.src.json", "vocab.trg.json"


class Vocabulary:
    """Words by number and numbers by word; the first four are padding, unknown, begin and end."""

    def __init__(self, numbers: dict[str, int]) -> None:
        self._numbers = numbers
        self._words = {number: word for word, number in numbers.items()}

    def __len__(self) -> int:
        return len(self._numbers)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The vocabulary of a JSON file; refuses one that is missing or does not number its words from 0."""
        try:
            numbers = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise Refused(f"No {path.name} in vocab channel path {path.parent}") from None
        except (ValueError, RecursionError):
            raise Refused(f"{path.name} is not JSON") from None
        # `True == 1 == 1.0`: only whole numbers number words.
        if (
            not isinstance(numbers, dict)
            or any(type(number) is not int for number in numbers.values())
            or sorted(numbers.values()) != list(range(len(numbers)))
        ):
            raise Refused(f"{path.name} should be an object that gives each word a number, from 0 on")
        if len(numbers) <= END:
            raise Refused(f"{path.name} lacks the marks for padding, unknown words, begin and end")
        return cls(numbers)

    def encode(self, text: str) -> list[int]:
        """The numbers of the words between white space, that of `unknown` for others."""
        return [self._numbers.get(word, UNKNOWN) for word in text.split()]

    def decode(self, numbers: Sequence[int]) -> str:
        """The words, without padding, begin and end."""
        return " ".join(self._words[number] for number in numbers if number not in (PAD, BEGIN, END))
