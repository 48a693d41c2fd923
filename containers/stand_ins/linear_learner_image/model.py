"""A trained model: weights for data as they come, and how its scores are read. JSON and npz, no pickle.

The format is this stand-in's own; the managed image writes an archive of MXNet, and reads nothing else.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from built_in import model_files
from numpy.typing import NDArray
from toolkit.errors import ContainerProblem

from .hyperparameters import LOSSES, MULTICLASS, REGRESSOR
from .losses import probabilities, softmax

FORMAT = "slipway-linear-learner-1"
DESCRIPTION, WEIGHTS = "linear-learner.json", "weights.npz"
_OF_THE_IMAGE = "model_algo-1"

Numbers = NDArray[Any]


@dataclass(frozen=True)
class Description:
    """What a model predicts, of how many features; `threshold` is that of two classes, for the raw score."""

    predictor_type: str
    loss: str
    features: int
    outputs: int
    threshold: float
    format: str = FORMAT


@dataclass(frozen=True)
class LinearModel:
    """Weights (features, outputs) and bias, with their description."""

    description: Description
    weights: Numbers
    bias: Numbers

    def predict(self, features: Numbers) -> tuple[Numbers, Numbers | None]:
        """The scores of rows in single precision, a row of scores for several classes, and the predicted
        labels; a regressor predicts none."""
        with np.errstate(over="ignore", invalid="ignore"):
            raw = features @ self.weights + self.bias
            scores = _SCORES.get(self.description.loss, _as_they_are)(raw).astype(np.float32)
        kind = self.description.predictor_type
        if kind == MULTICLASS:
            return scores, raw.argmax(axis=1)
        labels = None if kind == REGRESSOR else (raw[:, 0] >= self.description.threshold).astype(int)
        return scores[:, 0], labels

    def save(self, folder: Path) -> None:
        """Write both files, each whole; the same model gives the same bytes."""
        model_files.write_arrays(folder / WEIGHTS, {"weights": self.weights, "bias": self.bias})
        model_files.write_description(folder / DESCRIPTION, asdict(self.description))

    @classmethod
    def load(cls, folder: Path) -> "LinearModel":
        """What `save` wrote. Raises ContainerProblem for anything else, as a model of the managed image."""
        if not (folder / DESCRIPTION).exists() and (folder / _OF_THE_IMAGE).exists():
            raise ContainerProblem(
                f"{_OF_THE_IMAGE} is a model of the managed image, in MXNet's format, which the stand-in "
                "does not read; train the model here."
            )
        with model_files.reading(DESCRIPTION, WEIGHTS):
            description = Description(**json.loads((folder / DESCRIPTION).read_text()))
            with np.load(folder / WEIGHTS, allow_pickle=False) as archive:
                model = cls(description, archive["weights"], archive["bias"])
            model._check()
        return model

    def _check(self) -> None:
        described = self.description
        if described.format != FORMAT:
            raise ValueError(f"expected the format {FORMAT}, got {described.format}")
        if described.loss not in LOSSES.get(described.predictor_type, ()):
            raise ValueError(f"expected a loss of a {described.predictor_type}, got {described.loss}")
        if self.weights.shape != (described.features, described.outputs) or self.bias.shape != (
            described.outputs,
        ):
            raise ValueError(
                f"expected weights of {described.features} features and {described.outputs} outputs, "
                f"got {self.weights.shape} and {self.bias.shape}"
            )
        if not np.isfinite(self.weights).all() or not np.isfinite(self.bias).all():
            raise ValueError("expected finite weights")


def _as_they_are(raw: Numbers) -> Numbers:
    return raw


_SCORES: dict[str, Callable[[Numbers], Numbers]] = {"logistic": probabilities, "softmax_loss": softmax}
