"""GluonTS's DeepAR network of one shape: built from its hyperparameters, saved and loaded without pickles."""

import json
import warnings
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from built_in import model_files
from gluonts.torch import distributions
from gluonts.torch.model.deepar import DeepAREstimator
from numpy.typing import NDArray

from .series import Series
from .shape import Shape

# The image takes no seed; this one makes the same data give the same archive, and the same request the same
# forecast.
SEED = 42
_SHAPE_FILE, _WEIGHTS_FILE = "deepar.json", "weights.npz"
# What numpy, torch and a document of another shape raise. A nest that is too deep is a RuntimeError.
_OUTPUTS = {
    "student-t": distributions.StudentTOutput,
    "gaussian": distributions.NormalOutput,
    "negative-binomial": distributions.NegativeBinomialOutput,
    "beta": distributions.BetaOutput,
}
LIKELIHOODS = tuple(_OUTPUTS)


class Network:
    """A network and what turns series into its input."""

    def __init__(self, shape: Shape, *, batch_size: int = 64, batches: int = 1) -> None:
        torch.set_num_threads(1)
        torch.manual_seed(SEED)
        self.shape = shape
        self.estimator = DeepAREstimator(
            freq=shape.frequency,
            prediction_length=shape.prediction_length,
            context_length=shape.context_length,
            num_layers=shape.num_layers,
            hidden_size=shape.num_cells,
            dropout_rate=shape.dropout_rate,
            distr_output=_OUTPUTS[shape.likelihood](),
            # Scaled values of (0, 1) are not in (0, 1).
            scaling=shape.likelihood != "beta",
            num_feat_static_cat=len(shape.cardinality),
            cardinality=list(shape.cardinality) or None,
            embedding_dimension=[shape.embedding_dimension] * max(1, len(shape.cardinality)),
            num_feat_dynamic_real=shape.num_dynamic_feat,
            batch_size=batch_size,
            num_batches_per_epoch=batches,
        )
        self.transformation = self.estimator.create_transformation()
        self.module = self.estimator.create_lightning_module()
        self._predictor = self.estimator.create_predictor(self.transformation, self.module)

    def prepared(self, series: Iterable[Series]) -> list[dict[str, Any]]:
        """The series with the time features of every point, from which windows are drawn."""
        return list(self.transformation.apply([self.shape.entry(one) for one in series], is_train=True))

    def sample(self, series: Sequence[Series], num_samples: int) -> Iterator[NDArray[np.float32]]:
        """Sample paths of what follows each series, (num_samples, prediction_length), in their order.

        The same series and number give the same paths. A series' features reach over the horizon.
        """
        # Other series get other random numbers: else the chance of one request would be that of all.
        torch.manual_seed(SEED + zlib.crc32(b"".join(one.target.tobytes() for one in series)))
        self.module.model.num_parallel_samples = num_samples
        forecasts = self._predictor.predict([self.shape.entry(one) for one in series])
        return (forecast.samples for forecast in forecasts)

    def save(self, folder: Path) -> None:
        """Write the shape as JSON and the weights as npz: no pickle, and always the same bytes."""
        weights = {name: value.numpy() for name, value in self.module.model.state_dict().items()}
        model_files.write_arrays(folder / _WEIGHTS_FILE, weights)
        model_files.write_description(folder / _SHAPE_FILE, asdict(self.shape))

    @classmethod
    def load(cls, folder: Path) -> "Network":
        """What `save` wrote. Raises ContainerProblem when a file is missing or the two do not fit."""
        with model_files.reading(_SHAPE_FILE, _WEIGHTS_FILE):
            document = json.loads((folder / _SHAPE_FILE).read_text())
            categories = tuple(map(tuple, document.pop("categories")))
            shape = Shape(
                **{**document, "cardinality": tuple(document["cardinality"])}, categories=categories
            )
            with np.load(folder / _WEIGHTS_FILE, allow_pickle=False) as archive:
                weights = {name: torch.from_numpy(archive[name]) for name in archive.files}
            network = cls(shape)
            network.module.model.load_state_dict(weights)
        network.module.eval()
        return network


def quiet() -> None:
    """Keep deprecations inside GluonTS, PyTorch and pandas out of the container's log."""
    warnings.filterwarnings("ignore", category=FutureWarning)
    warnings.filterwarnings("ignore", category=UserWarning)
