"""WordPiece of BERT in the standard library, for containers that have no tokenizer and fetch none."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path

MAX_TOKENS = 32

# BERT takes an apostrophe for a word of its own; cleaned text has no other punctuation.
_WORD = re.compile(r"'|[^\s']+")
_LONGEST_WORD = 100
_CONTINUES = "##"


class WordPiece:
    """A vocabulary: a token's number is its place. `tokens` has them all, `padding` is the number of [PAD].

    Takes the tokens or the path of a file with one a line; refuses (ValueError) a vocabulary that lacks one
    of the marks [PAD], [UNK], [CLS] and [SEP].
    """

    def __init__(self, vocabulary: Iterable[str] | Path) -> None:
        lines = _lines(vocabulary) if isinstance(vocabulary, str | Path) else vocabulary
        self.tokens = list(lines)
        self._numbers = {token: number for number, token in enumerate(self.tokens)}
        marks = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
        missing = [mark for mark in marks if mark not in self._numbers]
        if missing:
            raise ValueError(f"the vocabulary has no {' and no '.join(missing)}")
        self.padding, self._unknown, self._begin, self._end = (self._numbers[mark] for mark in marks)
        self._longest = max(map(len, self.tokens))
        self._of_word = lru_cache(maxsize=1 << 15)(self._split)

    def encode(self, text: str, max_tokens: int = MAX_TOKENS) -> list[int]:
        """The numbers of a cleaned text's tokens between [CLS] and [SEP]: at most `max_tokens` (2 or more),
        the rest of the text is left out."""
        return [self._begin, *islice(self._inner(text), max_tokens - 2), self._end]

    def _inner(self, text: str) -> Iterator[int]:
        return chain.from_iterable(self._of_word(match.group()) for match in _WORD.finditer(text))

    def _split(self, word: str) -> tuple[int, ...]:
        """The longest token that the word begins with, then the longest that continues it, and so on."""
        if len(word) > _LONGEST_WORD:
            return (self._unknown,)
        numbers = []
        start = 0
        while start < len(word):
            prefix = _CONTINUES if start else ""
            for end in range(min(len(word), start + self._longest), start, -1):
                number = self._numbers.get(prefix + word[start:end])
                if number is not None:
                    break
            else:
                return (self._unknown,)
            numbers.append(number)
            start = end
        return tuple(numbers)


def _lines(path: str | Path) -> list[str]:
    # Not splitlines: some tokens are characters that it takes for the end of a line.
    text = Path(path).read_text(encoding="utf-8")
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
