"""Linear models for tests, whose answers can be reckoned by hand."""

from pathlib import Path

import numpy as np
from linear_learner_image.model import Description, LinearModel
from linear_learner_image.serve import Served, load

# Three features; the raw score of (1, 2, 3) is 0.5 - 2 + 3 - 1 = 0.5.
WEIGHTS = np.array([[0.5], [-1.0], [1.0]])
BIAS = np.array([-1.0])
SEVERAL = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
MODELS = {
    "logistic": LinearModel(Description("binary_classifier", "logistic", 3, 1, 1.0), WEIGHTS, BIAS),
    "hinge": LinearModel(Description("binary_classifier", "hinge_loss", 3, 1, 0.0), WEIGHTS, BIAS),
    "regressor": LinearModel(Description("regressor", "squared_loss", 3, 1, 0.0), WEIGHTS, BIAS),
    "several": LinearModel(
        Description("multiclass_classifier", "softmax_loss", 3, 3, 0.0), SEVERAL, np.zeros(3)
    ),
}


def served(model: str, folder: Path, **variables: str) -> Served:
    """The model as a container serves it that has these variables."""
    MODELS[model].save(folder / "model")
    return load({"SAGEMAKER_BASE_DIR": str(folder), **variables})
