"""Training: the weights of all models as the columns of one matrix, in mini-batches, with early stopping."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from built_in.hyperparameters import Refused

from . import divergence, optimizers
from .candidates import Candidate
from .channels import Floats
from .hyperparameters import AUTO
from .optimizers import LearningRates
from .predictors import Predictor, Standing

# Equal jobs give equal models.
_SEED = 0


@dataclass(frozen=True)
class Weights:
    """Of several models: features by columns, and a bias a column; a model has a column for each output."""

    matrix: Floats
    bias: Floats
    outputs: int

    def scores(self, features: Floats) -> Floats:
        """(rows, models), or (rows, models, outputs) where there are several."""
        found = features @ self.matrix + self.bias
        return found if self.outputs == 1 else found.reshape(len(features), -1, self.outputs)

    def of(self, model: int) -> "Weights":
        """One model alone."""
        columns = slice(model * self.outputs, (model + 1) * self.outputs)
        return replace(self, matrix=self.matrix[:, columns], bias=self.bias[columns])


class Part(NamedTuple):
    """Normalized rows to train with or to judge by; `scores_of` gives scores in the unit of their labels."""

    features: Floats
    labels: Floats
    scores_of: Callable[[Floats], Floats] = lambda scores: scores


class Epoch(NamedTuple):
    """What is printed of an epoch: losses of the first model, and the criterion of the best one."""

    number: int
    objective: str
    train_loss: float
    validation_loss: float | None
    criterion: str
    value: float
    without_improvement: int | None


def fit(
    train: Part,
    validation: Part | None,
    *,
    predictor: Predictor,
    candidates: Sequence[Candidate],
    parameters: Mapping[str, Any],
    report: Callable[[Epoch], None],
) -> Weights:
    """The weights of all candidates after the epoch with the best one.

    Rows are taken in their order. Ends after `epochs`, or `early_stopping_patience` epochs after the best one
    so far: by the predictor's criterion on the validation part, or, without one, by the loss in training.
    `report` gets each epoch. Models whose loss is no longer a number count as the worst; refuses when all are
    such.
    """
    # What is out of scale becomes infinity here, as in the steps, and is reported as divergence.
    with np.errstate(all="ignore"):
        training = Training(train, predictor, candidates, parameters)
    patience, best, best_epoch, kept = parameters["early_stopping_patience"], -np.inf, 0, training.weights
    for number in range(parameters["epochs"]):
        losses = training.epoch()
        standing = judge(training.weights, validation, predictor) if validation else None
        rank = best_rank(-losses if standing is None else standing.ranks)
        improved = _improves(rank, best, parameters["early_stopping_tolerance"])
        if improved:
            best, best_epoch, kept = rank, number, training.weights
        report(
            Epoch(
                number,
                predictor.loss.objective,
                float(losses[0]),
                None if standing is None else float(standing.losses[0]),
                predictor.loss.objective if standing is None else predictor.criterion,
                abs(rank),
                None if improved else number - best_epoch - 1,
            )
        )
        if number - best_epoch >= patience:
            break
    if not np.isfinite(best):
        raise Refused(divergence.message(parameters))
    return kept


def judge(weights: Weights, part: Part, predictor: Predictor) -> Standing:
    """How all models do on a part."""
    with np.errstate(all="ignore"):
        return predictor.standing(part.scores_of(weights.scores(part.features)), part.labels)


def best_rank(ranks: np.ndarray[Any, Any]) -> float:
    """The highest rank of any model whose rank is a number."""
    numbers = ranks[np.isfinite(ranks)]
    return float(numbers.max()) if len(numbers) else -np.inf


def _improves(rank: float, best: float, tolerance: float) -> bool:
    if not np.isfinite(best):
        return bool(np.isfinite(rank))
    return rank > best and rank - best >= tolerance * abs(best)


class Training:
    """Weights on their way: `epoch` takes a step for each mini-batch."""

    def __init__(
        self,
        train: Part,
        predictor: Predictor,
        candidates: Sequence[Candidate],
        parameters: Mapping[str, Any],
    ) -> None:
        self._train, self._loss = train, predictor.loss
        self._size = parameters["mini_batch_size"]
        self._row_weights = predictor.row_weights(train.labels, [one.positive_weight for one in candidates])
        outputs = predictor.outputs
        self._l1 = np.repeat([one.l1 for one in candidates], outputs).astype(np.float32)
        self._wd = np.repeat([one.wd for one in candidates], outputs).astype(np.float32)
        self._rates = LearningRates(candidates, falling=parameters["use_lr_scheduler"])
        self._optimizers = optimizers.choose(parameters), optimizers.choose(parameters)
        self._steps = 0
        self._use_bias = parameters["use_bias"]
        self._bias_rate = _given(parameters, "bias_lr_mult", 1.0)
        self._bias_decay = self._wd * _given(parameters, "bias_wd_mult", 0.0)
        self.weights = _initial(parameters, train.features.shape[1], len(candidates), outputs)

    def epoch(self) -> np.ndarray[Any, Any]:
        """The mean loss of each model over the rows, each of them before the step that it was part of."""
        features, labels = self._train.features, self._train.labels[:, None]
        total = np.zeros(self._rates.after(0).shape)
        # A model that diverges goes on as infinity and NaN, and is not selected.
        with np.errstate(all="ignore"):
            for start in range(0, len(features), self._size):
                rows = slice(start, start + self._size)
                total += self._step(features[rows], labels[rows], self._row_weights[rows])
        return total / len(features)

    def _step(self, features: Floats, labels: Floats, row_weights: Floats) -> np.ndarray[Any, Any]:
        weights = self.weights
        scores = weights.scores(features)
        losses = (self._loss.values(scores, labels) * row_weights).sum(axis=0, dtype=np.float64)
        each = row_weights if scores.ndim == 2 else row_weights[:, :, None]
        derivatives = (self._loss.derivatives(scores, labels) * each).astype(np.float32)
        derivatives = derivatives.reshape(len(features), -1) / np.float32(len(features))
        gradient = features.T @ derivatives
        gradient += self._wd * weights.matrix + self._l1 * np.sign(weights.matrix)
        rates = np.repeat(self._rates.after(self._steps), weights.outputs)
        of_matrix, of_bias = self._optimizers
        matrix = weights.matrix - rates * of_matrix.direction(gradient)
        bias = weights.bias
        if self._use_bias:
            direction = of_bias.direction(derivatives.sum(axis=0) + self._bias_decay * bias)
            bias = bias - rates * np.float32(self._bias_rate) * direction
        self.weights = Weights(matrix, bias, weights.outputs)
        self._steps += 1
        return losses


def _initial(parameters: Mapping[str, Any], features: int, models: int, outputs: int) -> Weights:
    random = np.random.default_rng(_SEED)
    shape = (features, models * outputs)
    if parameters["init_method"] == "uniform":
        matrix = random.uniform(-parameters["init_scale"], parameters["init_scale"], shape)
    else:
        matrix = random.normal(0, parameters["init_sigma"], shape)
    bias = np.full(shape[1], parameters["init_bias"] if parameters["use_bias"] else 0.0)
    return Weights(matrix.astype(np.float32), bias.astype(np.float32), outputs)


def _given(parameters: Mapping[str, Any], name: str, default: float) -> np.float32:
    return np.float32(default if parameters[name] == AUTO else parameters[name])
