"""The figures behind the report's charts, from labels, answers and scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn import metrics

RESAMPLES = 2000
SEED = 1729
MOST_POINTS = 400

type Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Bin:
    """Rows whose scores lie in one interval of [0, 1]: how many stayed and left, and their mean score."""

    low: float
    high: float
    stayed: int
    left: int
    mean_score: float

    @property
    def rows(self) -> int:
        return self.stayed + self.left


def f1_interval(confusion: Mapping[str, int]) -> list[float]:
    """The middle 95 % of F1 over bootstrap samples of the rows, the same at every call.

    A sample of rows with replacement has a multinomial confusion matrix, and F1 follows from that alone.
    """
    counts = np.array([confusion[name] for name in ("tn", "fp", "fn", "tp")])
    samples = np.random.RandomState(SEED).multinomial(counts.sum(), counts / counts.sum(), RESAMPLES)
    _, fp, fn, tp = samples.T
    wrong_or_found = 2 * tp + fp + fn
    f1 = np.divide(2 * tp, wrong_or_found, out=np.zeros(RESAMPLES), where=wrong_or_found > 0)
    return [float(end) for end in np.percentile(f1, [2.5, 97.5])]


def precision_recall(labels: Sequence[bool], scores: Sequence[float]) -> Points:
    """(recall, precision) from the highest threshold to the lowest, thinned out evenly."""
    precision, recall, _ = metrics.precision_recall_curve(labels, scores)
    every = np.unique(np.linspace(0, len(recall) - 1, MOST_POINTS).astype(int))
    return [(float(recall[i]), float(precision[i])) for i in every[::-1]]


def histogram(labels: Sequence[bool], scores: Sequence[float], bins: int) -> list[Bin]:
    """The rows in intervals of equal width; a score of 1 belongs to the last."""
    left, score = np.asarray(labels, dtype=bool), np.asarray(scores, dtype=float)
    place = np.minimum((score * bins).astype(int), bins - 1)
    total, leaving, sums = (
        np.bincount(place, weights=weights, minlength=bins) for weights in (None, left, score)
    )
    return [
        Bin(
            low=i / bins,
            high=(i + 1) / bins,
            stayed=int(total[i] - leaving[i]),
            left=int(leaving[i]),
            mean_score=float(sums[i] / total[i]) if total[i] else (i + 0.5) / bins,
        )
        for i in range(bins)
    ]
