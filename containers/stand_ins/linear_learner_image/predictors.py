"""What a model predicts: two classes, several, or a number. Each knows its labels, answers and metrics."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from built_in.hyperparameters import Refused
from numpy.typing import NDArray

from . import losses, metrics, thresholds
from .channels import Floats
from .hyperparameters import AUTO, BINARY, MULTICLASS
from .losses import Loss
from .metrics import Score

# What the image has where nothing is given.
_CALIBRATION_SAMPLES = 10_000_000


class Standing(NamedTuple):
    """How several models do on some rows: of each the mean loss, by what it is selected (higher is better),
    and the threshold."""

    losses: NDArray[np.float64]
    ranks: NDArray[np.float64]
    thresholds: NDArray[np.float64]


class Predictor(Protocol):
    """One predictor type. Scores are those of a linear function: (rows, models), or with classes behind."""

    loss: Loss
    outputs: int

    @property
    def criterion(self) -> str:
        """By what early stopping and selection go, as the log names it."""

    def check_labels(self, channel: str, labels: Floats) -> None:
        """Refuse labels that are none of this type."""

    def row_weights(self, labels: Floats, positive_weights: Sequence[float]) -> Floats:
        """How much each row counts in training: (rows, models) or (rows, 1)."""

    def standing(self, scores: Floats, labels: Floats) -> Standing:
        """How the models do; labels and scores are in the unit of the data."""

    def final(self, scores: Floats, labels: Floats, threshold: float) -> list[Score]:
        """The metrics of one model, whose scores are a column alone."""


class _Base:
    """What the types have in common: rows count alike, and models are selected by their loss."""

    def __init__(self, loss: Loss, outputs: int) -> None:
        self.loss, self.outputs = loss, outputs

    @property
    def criterion(self) -> str:
        return self.loss.objective

    def row_weights(self, labels: Floats, positive_weights: Sequence[float]) -> Floats:
        return np.ones((len(labels), 1), dtype=np.float32)

    def standing(self, scores: Floats, labels: Floats) -> Standing:
        found = self._losses(scores, labels)
        return Standing(found, -found, np.zeros_like(found))

    def _losses(self, scores: Floats, labels: Floats) -> NDArray[np.float64]:
        found: NDArray[np.float64] = self.loss.values(scores, labels[:, None]).mean(axis=0, dtype=np.float64)
        return found

    def _objective(self, scores: Floats, labels: Floats) -> Score:
        return Score(self.loss.objective, "loss", float(self._losses(scores, labels)[0]))


class Binary(_Base):
    """Labels 0 and 1. A criterion calibrates the threshold and selects the model."""

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        super().__init__(losses.choose(parameters), outputs=1)
        self._criterion = thresholds.choose(parameters)
        self._beta = parameters["f_beta"]
        samples = parameters["num_calibration_samples"]
        self._samples = _CALIBRATION_SAMPLES if samples == AUTO else samples

    @property
    def criterion(self) -> str:
        return f"sampled_{self._criterion.name}" if self._criterion else self.loss.objective

    def check_labels(self, channel: str, labels: Floats) -> None:
        wrong = np.flatnonzero((labels != 0) & (labels != 1))
        if len(wrong):
            raise Refused(
                f"{channel}: row {wrong[0] + 1} has the label {labels[wrong[0]]:g}; "
                "a binary_classifier takes 0 and 1"
            )

    def row_weights(self, labels: Floats, positive_weights: Sequence[float]) -> Floats:
        weights: Floats = np.where(labels[:, None] > 0, np.array(positive_weights), 1).astype(np.float32)
        return weights

    def standing(self, scores: Floats, labels: Floats) -> Standing:
        found = self._losses(scores, labels)
        if self._criterion is None:
            return Standing(found, -found, np.zeros_like(found))
        sample, known = scores[: self._samples], labels[: self._samples]
        best = [self._criterion.calibrate(sample[:, model], known) for model in range(scores.shape[1])]
        calibrated, values = np.array(best).T
        return Standing(found, values, calibrated)

    def final(self, scores: Floats, labels: Floats, threshold: float) -> list[Score]:
        objective = self._objective(scores, labels)
        return [objective, *metrics.binary(scores[:, 0], labels, threshold, self._beta)]


class Multiclass(_Base):
    """Labels from 0 on, of which the one with the highest score is predicted."""

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        super().__init__(losses.choose(parameters), outputs=parameters["num_classes"])
        self._balanced = parameters["balance_multiclass_weights"]
        self._beta, self._best = parameters["f_beta"], parameters["accuracy_top_k"]

    def check_labels(self, channel: str, labels: Floats) -> None:
        wrong = np.flatnonzero((labels < 0) | (labels >= self.outputs) | (labels % 1 != 0))
        if len(wrong):
            raise Refused(
                f"{channel}: row {wrong[0] + 1} has the label {labels[wrong[0]]:g}; num_classes "
                f"{self.outputs} takes whole numbers from 0 to {self.outputs - 1}"
            )

    def row_weights(self, labels: Floats, positive_weights: Sequence[float]) -> Floats:
        if not self._balanced:
            return super().row_weights(labels, positive_weights)
        numbers = labels.astype(np.intp)
        sizes = np.bincount(numbers, minlength=self.outputs)
        present = int(np.count_nonzero(sizes))
        weights: Floats = (len(labels) / (present * sizes[numbers]))[:, None].astype(np.float32)
        return weights

    def final(self, scores: Floats, labels: Floats, threshold: float) -> list[Score]:
        objective = self._objective(scores, labels)
        return [objective, *metrics.multiclass(scores[:, 0], labels, self._best, self._beta)]


class Regressor(_Base):
    """Any number."""

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        super().__init__(losses.choose(parameters), outputs=1)

    def check_labels(self, channel: str, labels: Floats) -> None:
        """Any finite number is a label."""

    def final(self, scores: Floats, labels: Floats, threshold: float) -> list[Score]:
        return [self._objective(scores, labels), *metrics.regression(scores[:, 0], labels)]


def choose(parameters: Mapping[str, Any]) -> Predictor:
    kinds: dict[str, Callable[[Mapping[str, Any]], Predictor]]
    kinds = {BINARY: Binary, MULTICLASS: Multiclass}
    return kinds.get(parameters["predictor_type"], Regressor)(parameters)
