"""The evaluation metrics of the managed image, and those among them that XGBoost itself does not have."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAXIMIZED = (
    "accuracy",
    "auc",
    "aucpr",
    "balanced_accuracy",
    "f1",
    "f1_binary",
    "f1_macro",
    "map",
    "ndcg",
    "precision",
    "precision_macro",
    "precision_micro",
    "r2",
    "recall",
    "recall_macro",
    "recall_micro",
)
MINIMIZED = (
    "aft-nloglik",
    "cox-nloglik",
    "error",
    "gamma-deviance",
    "gamma-nloglik",
    "interval-regression-accuracy",
    "logloss",
    "mae",
    "mape",
    "merror",
    "mlogloss",
    "mphe",
    "mse",
    "poisson-nloglik",
    "rmse",
    "rmsle",
    "tweedie-nloglik",
)
NAMES = MAXIMIZED + MINIMIZED

Floats = NDArray[Any]
_Metric = Callable[[Floats, Floats], float]


def custom(names: Sequence[str]) -> Callable[[Floats, Any], list[tuple[str, float]]] | None:
    """One function for XGBoost's `custom_metric` that gives those of `names` that are the image's own."""
    own = [name for name in names if name in _OWN]
    if not own:
        return None

    def evaluate(predictions: Floats, matrix: Any) -> list[tuple[str, float]]:
        labels = matrix.get_label()
        return [(name, _OWN[name](labels, predictions)) for name in own]

    return evaluate


def native(names: Sequence[str]) -> list[str]:
    """Those of `names` that XGBoost computes itself, in their order."""
    return [name for name in names if name not in _OWN]


def _classes(predictions: Floats) -> Floats:
    return predictions.argmax(axis=1) if predictions.ndim > 1 else np.round(predictions)


def _accuracy(labels: Floats, predictions: Floats) -> float:
    return float(np.mean(labels == _classes(predictions)))


def _counts(labels: Floats, predictions: Floats) -> tuple[Floats, Floats, Floats]:
    """True positives, predicted and actual numbers of each class that occurs."""
    predicted = _classes(predictions)
    classes = np.union1d(labels, predicted)
    hits = np.array([np.sum((labels == each) & (predicted == each)) for each in classes], dtype=float)
    claimed = np.array([np.sum(predicted == each) for each in classes], dtype=float)
    actual = np.array([np.sum(labels == each) for each in classes], dtype=float)
    return hits, claimed, actual


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)


def _precision(labels: Floats, predictions: Floats) -> float:
    hits, claimed, _ = _counts(labels, predictions)
    return float(_ratio(hits, claimed).mean())


def _recall(labels: Floats, predictions: Floats) -> float:
    hits, _, actual = _counts(labels, predictions)
    return float(_ratio(hits, actual).mean())


def _balanced_accuracy(labels: Floats, predictions: Floats) -> float:
    hits, _, actual = _counts(labels, predictions)
    return float(_ratio(hits, actual)[actual > 0].mean())


def _f1(labels: Floats, predictions: Floats) -> float:
    hits, claimed, actual = _counts(labels, predictions)
    return float(_ratio(2 * hits, claimed + actual).mean())


def _positive(score: str) -> _Metric:
    def evaluate(labels: Floats, predictions: Floats) -> float:
        predicted = _classes(predictions)
        hits = float(np.sum((labels == 1) & (predicted == 1)))
        of = {
            "precision": float(np.sum(predicted == 1)),
            "recall": float(np.sum(labels == 1)),
            "f1": float(np.sum(predicted == 1) + np.sum(labels == 1)) / 2,
        }[score]
        return hits / of if of else 0.0

    return evaluate


def _mse(labels: Floats, predictions: Floats) -> float:
    return float(np.mean((labels - predictions) ** 2))


def _r2(labels: Floats, predictions: Floats) -> float:
    spread = float(np.sum((labels - labels.mean()) ** 2))
    return 1 - float(np.sum((labels - predictions) ** 2)) / spread if spread else 0.0


_OWN: dict[str, _Metric] = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "f1": _f1,
    "f1_binary": _positive("f1"),
    "f1_macro": _f1,
    "mse": _mse,
    "precision": _positive("precision"),
    "precision_macro": _precision,
    "precision_micro": _accuracy,
    "r2": _r2,
    "recall": _positive("recall"),
    "recall_macro": _recall,
    "recall_micro": _accuracy,
}
