"""Rows for jobs of linear-learner, label first, and small jobs to train with them."""

from collections.abc import Callable, Mapping

import numpy as np

BINARY, SEVERAL, REGRESSOR = "binary_classifier", "multiclass_classifier", "regressor"


WEIGHTS = np.array([2.0, -1.0, 0.0, 0.5])


def features(count: int, seed: int = 0) -> np.ndarray:
    """Columns of different means and spreads."""
    random = np.random.default_rng(seed)
    return random.normal(size=(count, 4)) * [1, 2, 5, 0.5] + [0, 3, -10, 1]


def numbers(count: int, seed: int = 0, noise: float = 0.1) -> np.ndarray:
    """Rows of a linear function with a little noise."""
    table = features(count, seed)
    labels = table @ WEIGHTS + 7 + noise * np.random.default_rng(seed + 1).normal(size=count)
    return np.column_stack([labels, table])


def classes(count: int, seed: int = 0, share: float = 0.3, noise: float = 1.0) -> np.ndarray:
    """Rows of two classes, of which one part is 1."""
    rows = numbers(count, seed, noise)
    labels = rows[:, 0] > np.quantile(rows[:, 0], 1 - share)
    return np.column_stack([labels.astype(float), rows[:, 1:]])


def several(count: int, seed: int = 0) -> np.ndarray:
    rows = numbers(count, seed)
    return np.column_stack([np.digitize(rows[:, 0], [2.0, 6.0]), rows[:, 1:]])


ROWS: Mapping[str, Callable[[int], np.ndarray]] = {BINARY: classes, SEVERAL: several, REGRESSOR: numbers}


SMALL = {"epochs": 3, "num_models": 2, "mini_batch_size": 100}
