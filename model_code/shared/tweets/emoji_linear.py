"""A linear model over the words and characters of a text, scored by the standard library alone.

Its features are counts of word and character n-grams, weighted by TF-IDF (sublinear, each of the two scaled
to length 1). Its folder has `linear.json`, the n-grams one a line (`words.txt`, `characters.txt`), and
float32 numbers, little-endian: `idf.f32`, `coefficients.f32` (a row a feature) and `intercepts.f32`.
"""

import json
import math
import sys
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Interval = tuple[int, int]


def word_ngrams(text: str, lengths: Interval) -> Iterator[str]:
    """The words of a cleaned text, alone and in sequences of these lengths (least, most)."""
    words = text.split()
    for length in range(lengths[0], lengths[1] + 1):
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length])


def character_ngrams(text: str, lengths: Interval) -> Iterator[str]:
    """The characters in sequences of these lengths within each word; a space stands at both of its ends."""
    for word in text.split():
        padded = f" {word} "
        for length in range(lengths[0], lengths[1] + 1):
            for start in range(len(padded) - length + 1):
                yield padded[start : start + length]


# In the order of the features.
ANALYZERS: Mapping[str, Callable[[str, Interval], Iterator[str]]] = {
    "words": word_ngrams,
    "characters": character_ngrams,
}
_NUMBERS = ("idf", "coefficients", "intercepts")


@dataclass(frozen=True)
class Vocabulary:
    """The n-grams of one analyzer, by their lengths; a feature's number is its place, from `first` on."""

    analyzer: str
    lengths: Interval
    ngrams: Sequence[str]
    first: int

    def numbers(self) -> dict[str, int]:
        return {ngram: number for number, ngram in enumerate(self.ngrams, self.first)}


class Linear:
    """The model; `coefficients` has a row of as many numbers as `intercepts` for each n-gram."""

    def __init__(
        self,
        vocabularies: Sequence[Vocabulary],
        idf: Sequence[float],
        coefficients: Sequence[float],
        intercepts: Sequence[float],
    ) -> None:
        features = sum(len(vocabulary.ngrams) for vocabulary in vocabularies)
        expected = (features, features * len(intercepts))
        if (len(idf), len(coefficients)) != expected:
            raise ValueError(
                f"expected {expected[0]} IDF values and {expected[1]} coefficients for {features} n-grams, "
                f"got {len(idf)} and {len(coefficients)}"
            )
        self._vocabularies = vocabularies
        self._numbers = [vocabulary.numbers() for vocabulary in vocabularies]
        self._idf = array("f", idf)
        self._coefficients = array("f", coefficients)
        self._intercepts = array("f", intercepts)

    def logits(self, text: str) -> list[float]:
        """A number for each class, of a cleaned text; without any n-gram that is known, the intercepts."""
        classes = len(self._intercepts)
        sums = list(self._intercepts)
        for number, weight in self._weights(text):
            row = self._coefficients[number * classes : (number + 1) * classes]
            sums = [total + weight * value for total, value in zip(sums, row, strict=True)]
        return sums

    def save(self, folder: Path) -> None:
        """Write the files into the folder, which is made if need be."""
        folder.mkdir(parents=True, exist_ok=True)
        lengths = {vocabulary.analyzer: vocabulary.lengths for vocabulary in self._vocabularies}
        (folder / "linear.json").write_text(json.dumps(lengths) + "\n", encoding="utf-8")
        for vocabulary in self._vocabularies:
            lines = "".join(f"{ngram}\n" for ngram in vocabulary.ngrams)
            (folder / f"{vocabulary.analyzer}.txt").write_bytes(lines.encode())
        for name in _NUMBERS:
            (folder / f"{name}.f32").write_bytes(_little_endian(getattr(self, f"_{name}")).tobytes())

    @classmethod
    def load(cls, folder: Path) -> "Linear":
        """Read what `save` has written; raises OSError or ValueError for anything else."""
        lengths = _lengths(folder / "linear.json")
        vocabularies: list[Vocabulary] = []
        first = 0
        for analyzer in ANALYZERS:
            ngrams = (folder / f"{analyzer}.txt").read_bytes().decode().split("\n")[:-1]
            vocabularies.append(Vocabulary(analyzer, lengths[analyzer], ngrams, first))
            first += len(ngrams)
        return cls(vocabularies, *(_floats(folder / f"{name}.f32") for name in _NUMBERS))

    def _weights(self, text: str) -> Iterator[tuple[int, float]]:
        for vocabulary, numbers in zip(self._vocabularies, self._numbers, strict=True):
            ngrams = ANALYZERS[vocabulary.analyzer](text, vocabulary.lengths)
            counts = Counter(numbers[ngram] for ngram in ngrams if ngram in numbers)
            weights = {number: (1 + math.log(count)) * self._idf[number] for number, count in counts.items()}
            length = math.sqrt(math.fsum(weight * weight for weight in weights.values()))
            for number, weight in weights.items():
                yield number, weight / length


def log_shares(logits: Iterable[float]) -> list[float]:
    """The logarithm of each class's share: the log softmax."""
    values = list(logits)
    highest = max(values)
    total = highest + math.log(math.fsum(math.exp(value - highest) for value in values))
    return [value - total for value in values]


def _lengths(path: Path) -> dict[str, Interval]:
    document = json.loads(path.read_text(encoding="utf-8"))
    try:
        return {analyzer: (int(document[analyzer][0]), int(document[analyzer][1])) for analyzer in ANALYZERS}
    except (KeyError, IndexError, TypeError):
        raise ValueError(f"{path.name}: expected two lengths for each of {', '.join(ANALYZERS)}") from None


def _floats(path: Path) -> "array[float]":
    numbers = array("f")
    numbers.frombytes(path.read_bytes())
    return _little_endian(numbers)


def _little_endian(numbers: "array[float]") -> "array[float]":
    """The array as files have it, and back."""
    if sys.byteorder == "big":
        numbers = array("f", numbers)
        numbers.byteswap()
    return numbers
