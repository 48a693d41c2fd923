"""The threshold of a binary classifier, by the criterion that models are selected by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]


@dataclass(frozen=True)
class Counts:
    """Of each threshold, how many rows it rightly and wrongly makes positive; and the rows of each class."""

    true_positives: Floats
    false_positives: Floats
    positives: int
    negatives: int

    @property
    def accuracy(self) -> Floats:
        right = self.true_positives + self.negatives - self.false_positives
        return _ratio(right, self.positives + self.negatives)

    @property
    def precision(self) -> Floats:
        return _ratio(self.true_positives, self.true_positives + self.false_positives)

    @property
    def recall(self) -> Floats:
        return _ratio(self.true_positives, self.positives)

    def f_beta(self, beta: float) -> Floats:
        weight = beta**2
        claimed = self.true_positives + self.false_positives
        return _ratio((1 + weight) * self.true_positives, weight * self.positives + claimed)


@dataclass(frozen=True)
class Criterion:
    """What is maximized: by name, and by the counts of each threshold the value.

    A threshold that misses a target is worth less than any that meets it, and the less the farther it is off.
    """

    name: str
    value: Callable[[Counts], Floats]

    def calibrate(self, scores: Floats, labels: Floats) -> tuple[float, float]:
        """The best threshold for the scores of one model, from which on a row is positive, and its value.

        It lies halfway between two scores; of equally good ones it is the highest. Without a threshold that
        meets the target the value is 0.
        """
        order = np.argsort(-scores, kind="stable")
        ordered, positive = scores[order].astype(np.float64), labels[order] > 0
        # A threshold is between two different scores, above all of them, or at the lowest.
        ends = np.flatnonzero(np.append(np.diff(ordered) != 0, True))
        found = np.concatenate([[0], np.cumsum(positive)[ends]])
        counts = Counts(
            found, np.concatenate([[0], ends + 1]) - found, int(positive.sum()), int((~positive).sum())
        )
        values = self.value(counts)
        best = int(np.argmax(values))
        return _between(ordered, ends, best), max(float(values[best]), 0.0)


def choose(parameters: Mapping[str, Any]) -> Criterion | None:
    """The criterion of the hyperparameters; None for `loss_function`, which says nothing of a threshold."""
    beta, recall, precision = (parameters[name] for name in ("f_beta", "target_recall", "target_precision"))
    criteria = (
        Criterion("accuracy", lambda counts: counts.accuracy),
        Criterion("f_beta", lambda counts: counts.f_beta(beta)),
        Criterion(
            "precision_at_target_recall",
            lambda counts: np.where(counts.recall >= recall, counts.precision, counts.recall - 2),
        ),
        Criterion(
            "recall_at_target_precision",
            lambda counts: np.where(counts.precision >= precision, counts.recall, counts.precision - 2),
        ),
    )
    wanted = parameters["binary_classifier_model_selection_criteria"]
    return next((one for one in criteria if one.name == wanted), None)


def counts(predicted: Floats, labels: Floats) -> Counts:
    """The counts of predicted labels, 0 and 1."""
    hits = np.array([np.sum((predicted > 0) & (labels > 0))])
    misses = np.array([np.sum((predicted > 0) & (labels <= 0))])
    return Counts(hits, misses, int(np.sum(labels > 0)), int(np.sum(labels <= 0)))


def _between(ordered: Floats, ends: Floats, place: int) -> float:
    if place == 0:
        return float(np.nextafter(np.float32(ordered[0]), np.float32(np.inf)))
    last = ends[place - 1]
    if last + 1 == len(ordered):
        return float(ordered[last])
    return float((ordered[last] + ordered[last + 1]) / 2)


def _ratio(part: Any, whole: Any) -> Floats:
    part, whole = np.broadcast_arrays(np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64))
    ratio: Floats = np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)
    return ratio
