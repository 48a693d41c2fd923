"""Principal components."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from transformer import Matrix, NumberTransformer

# Up to so many features, all components are found at once; of more, the first by subspace iteration.
WIDEST = 512
_OVERSAMPLES = 10
_ITERATIONS = 7
_SEED = 1729


@dataclass
class RobustPCA(NumberTransformer):
    """The first `n_components` principal components: fewer, where there are fewer rows or features.

    Each component's largest weight is positive, so that the same rows give the same components. Refuses
    (ValueError) missing numbers when it is fitted.
    """

    n_components: int = 5

    FITTED: ClassVar = ("center", "components")
    center: Matrix = field(init=False, repr=False)
    # (components, features).
    components: Matrix = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.n_components < 1:
            raise ValueError(f"n_components: expected 1 or more, got {self.n_components}")

    @property
    def width(self) -> int:
        return len(self.components)

    def fit(self, pieces: Iterable[Matrix]) -> None:
        rows, sums = 0, np.zeros(1)
        for piece in pieces:
            rows, sums = rows + len(piece), sums + piece.sum(axis=0)
        self.center = sums / rows
        if np.isnan(self.center).any():
            raise ValueError("RobustPCA: expected no missing numbers; put a RobustImputer before it")
        width = len(self.center)
        count = min(self.n_components, rows, width)
        components = self._exact(pieces, count) if width <= WIDEST else self._iterated(pieces, count)
        # The first of those that only rounding tells apart.
        sizes = np.abs(components)
        largest = (sizes > (1 - 1e-6) * sizes.max(axis=1, keepdims=True)).argmax(axis=1)
        self.components = components * np.sign(components[np.arange(count), largest])[:, None]

    def _exact(self, pieces: Iterable[Matrix], count: int) -> Matrix:
        width = len(self.center)
        covariance = np.zeros((width, width))
        for piece in pieces:
            covariance += (piece - self.center).T @ (piece - self.center)
        _, vectors = np.linalg.eigh(covariance)
        return vectors.T[::-1][:count]

    def _iterated(self, pieces: Iterable[Matrix], count: int) -> Matrix:
        width = len(self.center)
        basis = np.random.default_rng(_SEED).normal(size=(width, min(count + _OVERSAMPLES, width)))
        for _ in range(_ITERATIONS):
            basis, _ = np.linalg.qr(basis)
            following = np.zeros_like(basis)
            for piece in pieces:
                centered = piece - self.center
                following += centered.T @ (centered @ basis)
            basis = following
        basis, _ = np.linalg.qr(basis)
        covariance = np.zeros((basis.shape[1],) * 2)
        for piece in pieces:
            projected = (piece - self.center) @ basis
            covariance += projected.T @ projected
        _, vectors = np.linalg.eigh(covariance)
        return (basis @ vectors).T[::-1][:count]

    def transform(self, numbers: Matrix) -> Matrix:
        return (numbers - self.center) @ self.components.T
