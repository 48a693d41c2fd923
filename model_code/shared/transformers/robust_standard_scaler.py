"""Features of one scale."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from transformer import Matrix, NumberTransformer

# A feature with so many zeros stays sparse.
MOST_ZEROS = 0.7


@dataclass
class RobustStandardScaler(NumberTransformer):
    """Divides each feature by its standard deviation, after its mean is taken from it.

    A feature that is 0 in 70 % of the training rows or more is not centered: what is 0 stays 0. A constant
    one is not divided. Missing numbers are left out of both figures, and stay missing.
    """

    FITTED: ClassVar = ("center", "scale")
    center: Matrix = field(init=False, repr=False)
    scale: Matrix = field(init=False, repr=False)

    @property
    def width(self) -> int:
        return len(self.scale)

    def fit(self, pieces: Iterable[Matrix]) -> None:
        rows = 0
        present, zeros, sums, squares = (np.zeros(1) for _ in range(4))
        low, high = np.array([np.inf]), np.array([-np.inf])
        for piece in pieces:
            known = ~np.isnan(piece)
            rows += len(piece)
            present = present + known.sum(axis=0)
            zeros = zeros + (piece == 0).sum(axis=0)
            sums = sums + np.where(known, piece, 0).sum(axis=0)
            low = np.minimum(low, np.where(known, piece, np.inf).min(axis=0))
            high = np.maximum(high, np.where(known, piece, -np.inf).max(axis=0))
        mean = sums / np.maximum(present, 1)
        for piece in pieces:
            squares = squares + np.where(np.isnan(piece), 0, (piece - mean) ** 2).sum(axis=0)
        deviation = np.sqrt(squares / np.maximum(present, 1))
        self.scale = np.where((deviation > 0) & (low < high), deviation, 1.0)
        self.center = np.where(zeros >= MOST_ZEROS * rows, 0.0, mean)

    def transform(self, numbers: Matrix) -> Matrix:
        return (numbers - self.center) / self.scale
