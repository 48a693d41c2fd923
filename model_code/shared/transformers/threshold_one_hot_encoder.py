"""Categories as columns of 0 and 1."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from transformer import CellTransformer, Columns, Entries, Matrix


@dataclass
class ThresholdOneHotEncoder(CellTransformer):
    """A feature for each category that at least `threshold` training rows have.

    Of a column with more than `max_categories` of them, the most frequent have one. Any other category, known
    or not, is all zeros. An empty cell is a category like any other.
    """

    threshold: int = 10
    max_categories: int = 100

    FITTED: ClassVar = ("categories",)
    # By column, sorted.
    categories: list[list[str]] = field(init=False, repr=False)

    @property
    def width(self) -> int:
        return sum(map(len, self.categories))

    def fit(self, columns: Columns) -> None:
        self.restore({"categories": [self._categories(column) for column in columns]})

    def _categories(self, column: Sequence[str]) -> list[str]:
        counts = Counter(column)
        frequent = [category for category, count in counts.items() if count >= self.threshold]
        return sorted(sorted(frequent, key=lambda one: (-counts[one], one))[: self.max_categories])

    def restore(self, fitted: Mapping[str, Any]) -> None:
        super().restore(fitted)
        self._places = []
        first = 0
        for categories in self.categories:
            self._places.append({category: first + place for place, category in enumerate(categories)})
            first += len(categories)

    def transform(self, columns: Columns) -> Matrix:
        encoded = np.zeros((len(columns[0]), self.width))
        for places, column in zip(self._places, columns, strict=True):
            found = np.array([places.get(cell, -1) for cell in column], dtype=np.int64)
            known = np.flatnonzero(found >= 0)
            encoded[known, found[known]] = 1
        return encoded

    def row(self, cells: Sequence[str]) -> Entries:
        found = [places[cell] for places, cell in zip(self._places, cells, strict=True) if cell in places]
        return found, [1.0] * len(found)
