"""The vocabulary files of the built-in algorithm: a number for each word, the most frequent first."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

# What they stand for is their number: padding 0, unknown 1, begin 2, end 3.
MARKS = ("<pad>", "<unk>", "<s>", "</s>")
UNKNOWN = 1


def vocabulary(sentences: Iterable[Sequence[str]], most_words: int) -> dict[str, int]:
    """The marks and the `most_words` most frequent words; of one frequency, in alphabetical order."""
    counts = Counter(word for sentence in sentences for word in sentence)
    for mark in MARKS:
        counts.pop(mark, None)
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: number for number, word in enumerate([*MARKS, *ranked[:most_words]])}


def encode(sentence: Sequence[str], numbers: Mapping[str, int]) -> list[int]:
    return [numbers.get(word, UNKNOWN) for word in sentence]
