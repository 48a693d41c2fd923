"""The losses: by score and label the value, and its derivative by the score.

Scores are (rows, models) with labels (rows, 1); those of the softmax are (rows, models, classes). Of a score
of a regressor both are in the same unit, in training that of normalized labels.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]


class Loss(Protocol):
    """One loss; `objective` is its name in the log."""

    @property
    def objective(self) -> str: ...

    def values(self, scores: Floats, labels: Floats) -> Floats:
        """The loss of each row and model."""

    def derivatives(self, scores: Floats, labels: Floats) -> Floats:
        """Its derivative by each score."""


class Logistic:
    """Cross-entropy of two classes, 0 and 1."""

    objective = "binary_classification_cross_entropy_objective"

    def values(self, scores: Floats, labels: Floats) -> Floats:
        values: Floats = np.logaddexp(0, scores) - labels * scores
        return values

    def derivatives(self, scores: Floats, labels: Floats) -> Floats:
        return probabilities(scores) - labels


@dataclass(frozen=True)
class Hinge:
    """How far a score falls short of the margin on its label's side."""

    margin: float
    objective: str = "hinge_loss_objective"

    def values(self, scores: Floats, labels: Floats) -> Floats:
        return np.maximum(0, self.margin - (2 * labels - 1) * scores)

    def derivatives(self, scores: Floats, labels: Floats) -> Floats:
        sides = 2 * labels - 1
        return -sides * (sides * scores < self.margin)


class Softmax:
    """Cross-entropy of several classes, whose numbers the labels are."""

    objective = "multiclass_cross_entropy_objective"

    def values(self, scores: Floats, labels: Floats) -> Floats:
        highest = scores.max(axis=2, keepdims=True)
        total = np.log(np.exp(scores - highest).sum(axis=2)) + highest[:, :, 0]
        return total - self._of_label(scores, labels)

    def derivatives(self, scores: Floats, labels: Floats) -> Floats:
        derivatives = softmax(scores)
        derivatives[np.arange(len(labels)), :, labels[:, 0].astype(np.intp)] -= 1
        return derivatives

    def _of_label(self, scores: Floats, labels: Floats) -> Floats:
        found: Floats = scores[np.arange(len(labels)), :, labels[:, 0].astype(np.intp)]
        return found


@dataclass(frozen=True)
class OfError:
    """A loss of regression: a function of the error, score minus label, and its derivative."""

    objective: str
    value: Callable[[Floats], Floats]
    derivative: Callable[[Floats], Floats]

    def values(self, scores: Floats, labels: Floats) -> Floats:
        return self.value(scores - labels)

    def derivatives(self, scores: Floats, labels: Floats) -> Floats:
        return self.derivative(scores - labels)


def choose(parameters: Mapping[str, Any]) -> Loss:
    """The loss that the hyperparameters name, with its own hyperparameter."""
    return _BY_NAME[parameters["loss"]](parameters)


def probabilities(scores: Floats) -> Floats:
    """The logistic function, without overflow."""
    small = np.exp(-np.abs(scores))
    found: Floats = np.where(scores >= 0, 1, small) / (1 + small)
    return found


def softmax(scores: Floats) -> Floats:
    """Probabilities along the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def _squared(parameters: Mapping[str, Any]) -> Loss:
    return OfError("mse_objective", np.square, lambda error: 2 * error)


def _absolute(parameters: Mapping[str, Any]) -> Loss:
    return OfError("absolute_loss_objective", np.abs, np.sign)


def _insensitive(error: Floats, width: float) -> Floats:
    return np.maximum(0, np.abs(error) - width)


def _insensitive_squared(parameters: Mapping[str, Any]) -> Loss:
    width = parameters["loss_insensitivity"]
    return OfError(
        "eps_insensitive_squared_loss_objective",
        lambda error: _insensitive(error, width) ** 2,
        lambda error: 2 * np.sign(error) * _insensitive(error, width),
    )


def _insensitive_absolute(parameters: Mapping[str, Any]) -> Loss:
    width = parameters["loss_insensitivity"]
    return OfError(
        "eps_insensitive_absolute_loss_objective",
        lambda error: _insensitive(error, width),
        lambda error: np.sign(error) * (np.abs(error) > width),
    )


def _quantile(parameters: Mapping[str, Any]) -> Loss:
    # By the documentation the label is greater than the prediction with probability q: of all labels, the
    # share 1 - q lies below it.
    quantile = parameters["quantile"]
    return OfError(
        "quantile_loss_objective",
        lambda error: np.maximum(quantile * error, (quantile - 1) * error),
        lambda error: np.where(error > 0, quantile, quantile - 1),
    )


def _huber(parameters: Mapping[str, Any]) -> Loss:
    delta = parameters["huber_delta"]
    return OfError(
        "huber_loss_objective",
        lambda error: np.where(np.abs(error) < delta, error**2 / 2, delta * (np.abs(error) - delta / 2)),
        lambda error: np.clip(error, -delta, delta),
    )


_BY_NAME: dict[str, Callable[[Mapping[str, Any]], Loss]] = {
    "logistic": lambda parameters: Logistic(),
    "hinge_loss": lambda parameters: Hinge(parameters["margin"]),
    "softmax_loss": lambda parameters: Softmax(),
    "squared_loss": _squared,
    "absolute_loss": _absolute,
    "eps_insensitive_squared_loss": _insensitive_squared,
    "eps_insensitive_absolute_loss": _insensitive_absolute,
    "quantile_loss": _quantile,
    "huber_loss": _huber,
}
