"""Normalization of features and labels, learned from the first rows, and undone in the saved model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .channels import Examples, Floats
from .hyperparameters import AUTO, REGRESSOR

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Scaling:
    """What is subtracted from each feature and from the label, and what they are divided by.

    All in single precision, as are the data: there may be many columns.
    """

    feature_shift: Floats
    feature_scale: Floats
    label_shift: float
    label_scale: float

    @classmethod
    def of(cls, examples: Examples, parameters: Mapping[str, Any]) -> "Scaling":
        """As the hyperparameters say, of the first `num_point_for_scaler` rows.

        `auto` divides, and subtracts where the model has a bias; from sparse features it subtracts nothing,
        nor does it from labels of classes, which are left as they are whatever the hyperparameters say.
        """
        size = parameters["num_point_for_scaler"]
        features, labels = examples.features[:size], examples.labels[:size]
        regression, bias = parameters["predictor_type"] == REGRESSOR, parameters["use_bias"]

        def wanted(name: str, automatic: bool) -> bool:
            return automatic if parameters[name] == AUTO else bool(parameters[name])

        unbias_data = wanted("unbias_data", bias and not examples.sparse)
        unbias_label = regression and bias and wanted("unbias_label", True)
        return cls(
            _mean(features) * np.float32(unbias_data),
            _spread(features) if wanted("normalize_data", True) else np.ones_like(features[0]),
            float(_mean(labels)) if unbias_label else 0.0,
            float(_spread(labels)) if regression and wanted("normalize_label", True) else 1.0,
        )

    def features(self, features: Floats) -> Floats:
        scaled: Floats = features - self.feature_shift
        scaled /= self.feature_scale
        return scaled

    def labels(self, labels: Floats) -> Floats:
        return ((labels - self.label_shift) / self.label_scale).astype(np.float32)

    def predictions(self, scaled: Floats) -> Floats:
        """Predicted labels in the unit of the data."""
        return scaled * np.float32(self.label_scale) + np.float32(self.label_shift)

    def undone(self, weights: Floats, bias: Floats) -> tuple[Doubles, Doubles]:
        """The weights (features, outputs) and bias of the same model for data that are not normalized."""
        raw = weights.astype(np.float64) / self.feature_scale[:, None] * self.label_scale
        offset = bias.astype(np.float64) * self.label_scale + self.label_shift
        return raw, offset - self.feature_shift.astype(np.float64) @ raw


def _mean(values: Floats) -> Floats:
    mean: Floats = values.mean(axis=0, dtype=np.float64).astype(np.float32)
    return mean


def _spread(values: Floats) -> Floats:
    """The standard deviations; 1 for what is constant."""
    spread = values.std(axis=0, dtype=np.float64).astype(np.float32)
    return np.where(spread > 0, spread, np.float32(1))
