"""Words of text columns as TF-IDF."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from transformer import CellTransformer, Columns, Entries, Matrix

_WORD = re.compile(r"\b\w\w+\b")


def _words(text: str, shortest: int, longest: int) -> Iterator[str]:
    words = _WORD.findall(text.lower())
    for length in range(shortest, longest + 1):
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length])


def _characters(text: str, shortest: int, longest: int) -> Iterator[str]:
    """Those of each word and the spaces around it; a word that is shorter counts whole, and once."""
    for word in text.lower().split():
        padded = f" {word} "
        for length in range(shortest, longest + 1):
            for start in range(max(len(padded) - length, 0) + 1):
                yield padded[start : start + length]
            if length >= len(padded):
                break


_ANALYZERS: Mapping[str, Callable[[str, int, int], Iterator[str]]] = {
    "word": _words,
    "char_wb": _characters,
}


@dataclass
class MultiColumnTfidfVectorizer(CellTransformer):
    """The TF-IDF of the terms of each column, each column's part of a row of length 1.

    A term is a word of two characters or more, or with the analyzer `char_wb` some characters of a word, or
    `ngram_range` of them in a row. `min_df` and `max_df` are the least and the most rows that have it: their
    number (int), or their share (float). Each column has at most `max_features`: the most frequent ones.
    """

    analyzer: str = "word"
    ngram_range: tuple[int, int] = (1, 1)
    min_df: float = 0.0
    max_df: float = 1.0
    max_features: int = 10_000

    FITTED: ClassVar = ("terms", "weights")
    # By column: the terms, sorted, and their inverse document frequencies.
    terms: list[list[str]] = field(init=False, repr=False)
    weights: list[list[float]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.ngram_range = (int(self.ngram_range[0]), int(self.ngram_range[1]))
        if self.analyzer not in _ANALYZERS:
            raise ValueError(f"analyzer: expected {' or '.join(_ANALYZERS)}, got {self.analyzer!r}")
        if not 1 <= self.ngram_range[0] <= self.ngram_range[1]:
            raise ValueError(f"ngram_range: expected two lengths from 1 on, got {self.ngram_range}")

    @property
    def width(self) -> int:
        return sum(map(len, self.terms))

    def fit(self, columns: Columns) -> None:
        fitted = [self._fit_column(column) for column in columns]
        self.restore({"terms": [one for one, _ in fitted], "weights": [weights for _, weights in fitted]})

    def _fit_column(self, column: Sequence[str]) -> tuple[list[str], list[float]]:
        rows = len(column)
        counts: Counter[str] = Counter()
        having: Counter[str] = Counter()
        for cell in column:
            terms = Counter(self._terms(cell))
            counts += terms
            having.update(terms.keys())
        low, high = (self._rows(share, rows) for share in (self.min_df, self.max_df))
        kept = [term for term, count in having.items() if low <= count <= high]
        kept = sorted(sorted(kept, key=lambda term: (-counts[term], term))[: self.max_features])
        return kept, [math.log((1 + rows) / (1 + having[term])) + 1 for term in kept]

    @staticmethod
    def _rows(share: float, rows: int) -> float:
        return share if isinstance(share, int) else share * rows

    def _terms(self, text: str) -> Iterator[str]:
        return _ANALYZERS[self.analyzer](text, *self.ngram_range)

    def restore(self, fitted: Mapping[str, Any]) -> None:
        super().restore(fitted)
        self._places = []
        first = 0
        for terms, weights in zip(self.terms, self.weights, strict=True):
            places = zip(range(first, first + len(terms)), weights, strict=True)
            self._places.append(dict(zip(terms, places, strict=True)))
            first += len(terms)

    def transform(self, columns: Columns) -> Matrix:
        features = np.zeros((len(columns[0]), self.width))
        for row, cells in enumerate(zip(*columns, strict=True)):
            places, values = self.row(cells)
            features[row, places] = values
        return features

    def row(self, cells: Sequence[str]) -> Entries:
        found: list[int] = []
        values: list[float] = []
        for places, cell in zip(self._places, cells, strict=True):
            counts: dict[tuple[int, float], int] = {}
            for term in self._terms(cell):
                if place := places.get(term):
                    counts[place] = counts.get(place, 0) + 1
            weighted = [count * weight for (_, weight), count in counts.items()]
            length = math.hypot(*weighted)
            found += [place for place, _ in counts]
            values += [value / length for value in weighted]
        return found, values
