"""The metrics that a job prints of its final model, with the names that the image gives them."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import thresholds
from .losses import softmax

Floats = NDArray[Any]


class Score(NamedTuple):
    """One metric: its name, whether it is a `loss` or a `score`, and its value."""

    name: str
    kind: str
    value: float


def binary(scores: Floats, labels: Floats, threshold: float, beta: float) -> list[Score]:
    """Of the labels that the threshold predicts, and the area under the ROC curve of the scores."""
    counts = thresholds.counts(scores >= threshold, labels)
    return [
        Score("binary_classification_accuracy", "score", float(counts.accuracy[0])),
        Score(f"binary_f_{beta:.3f}", "score", float(counts.f_beta(beta)[0])),
        Score("precision", "score", float(counts.precision[0])),
        Score("recall", "score", float(counts.recall[0])),
        Score("roc_auc_score", "score", _area_under_roc(scores, labels)),
    ]


def multiclass(scores: Floats, labels: Floats, top: int, beta: float) -> list[Score]:
    """Of the labels with the highest score; macro metrics are means over the classes that occur."""
    numbers = labels.astype(np.intp)
    predicted = scores.argmax(axis=1)
    of_label = scores[np.arange(len(labels)), numbers]
    # How many classes have a higher score than the row's own.
    ranks = np.sum(scores > of_label[:, None], axis=1)
    classes = np.union1d(numbers, predicted)
    each = [thresholds.counts(predicted == one, (numbers == one).astype(float)) for one in classes]
    actual = [one for one in each if one.positives]
    balanced = float(np.mean([one.recall for one in actual]))
    probabilities = softmax(scores.astype(np.float64))[np.arange(len(labels)), numbers]
    return [
        Score("multiclass_accuracy", "score", float(np.mean(predicted == numbers))),
        Score(f"multiclass_top_k_accuracy_{top}", "score", float(np.mean(ranks < top))),
        Score("dcg", "score", float(np.mean(1 / np.log2(ranks + 2)))),
        Score("macro_recall", "score", float(np.mean([one.recall for one in each]))),
        Score("macro_precision", "score", float(np.mean([one.precision for one in each]))),
        Score(f"macro_f_{beta:.3f}", "score", float(np.mean([one.f_beta(beta) for one in each]))),
        Score("multiclass_balanced_accuracy", "score", balanced),
        Score("multiclass_log_loss", "score", float(-np.mean(np.log(np.maximum(probabilities, 1e-15))))),
    ]


def regression(scores: Floats, labels: Floats) -> list[Score]:
    errors = scores.astype(np.float64) - labels
    return [
        Score("mse", "loss", float(np.mean(errors**2))),
        Score("absolute_loss", "loss", float(np.mean(np.abs(errors)))),
    ]


def _area_under_roc(scores: Floats, labels: Floats) -> float:
    """The probability that a positive row has a higher score than a negative one; NaN without both."""
    _, ranks, sizes = np.unique(scores, return_inverse=True, return_counts=True)
    # Rows of equal score share the mean of their ranks.
    middle = np.cumsum(sizes) - (sizes - 1) / 2
    positive = labels > 0
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if not positives or not negatives:
        return float("nan")
    above = middle[ranks][positive].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))
