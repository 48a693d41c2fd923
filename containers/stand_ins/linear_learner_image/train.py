"""Train as the managed image does: the same checks, metric lines and choice of a model."""

import logging
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from built_in import job
from built_in.hyperparameters import Refused
from toolkit import training_job
from toolkit.environment import Environ, Folders

from . import candidates, channels, divergence, fitting, hyperparameters, predictors
from .channels import TEST, TRAIN, VALIDATION, Examples
from .fitting import Part, Weights
from .hyperparameters import AUTO
from .metrics import Score
from .model import Description, LinearModel
from .predictors import Predictor
from .report import Report
from .scaling import Scaling

logger = logging.getLogger("linear_learner_image")

# An optimizer keeps a few numbers for each.
_MOST_WEIGHTS = 2**26
# Each has scores for every row that is judged.
_MOST_MODELS = 10_000


class Chosen(NamedTuple):
    """The best of the models, its number and the threshold that was calibrated for it."""

    weights: Weights
    number: int
    threshold: float

    def scores(self, part: Part, predictor: Predictor) -> list[Score]:
        found = part.scores_of(self.weights.scores(part.features))
        return predictor.final(found, part.labels, self.threshold)


def main(environ: Environ) -> int:
    """Run the job; `built_in.job.run` says how it ends."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr] # a job's is a TextIOWrapper
    return job.run(
        environ, _train, logger, lambda error: f"linear-learner failed: {type(error).__name__}: {error}"
    )


def _train(folders: Folders) -> None:
    parameters = hyperparameters.validated(training_job.read_config(folders, "hyperparameters.json", {}))
    predictor = predictors.choose(parameters)
    data = _read(folders, parameters, predictor)
    scaling = Scaling.of(data[TRAIN], parameters)
    judged = {
        name: Part(scaling.features(one.features), one.labels, scaling.predictions)
        for name, one in data.items()
    }
    _refuse_too_many(candidates.count(parameters), data[TRAIN], predictor)
    proposed = candidates.propose(parameters, _negatives_to_positives(data[TRAIN]))
    report = Report(epochs=parameters["epochs"], rows=len(data[TRAIN].labels))
    weights = fitting.fit(
        Part(judged[TRAIN].features, scaling.labels(data[TRAIN].labels)),
        judged.get(VALIDATION),
        predictor=predictor,
        candidates=proposed,
        parameters=parameters,
        report=report.epoch,
    )
    judge = VALIDATION if VALIDATION in data else TRAIN
    chosen = _select(weights, judged[judge], predictor, parameters)
    report.final(judge, chosen.scores(judged[judge], predictor))
    report.best(proposed[chosen.number])
    if TEST in data:
        report.final(TEST, chosen.scores(judged[TEST], predictor))
    else:
        report.without_test()
    _model(chosen, scaling, parameters).save(folders.model)


def _read(folders: Folders, parameters: Mapping[str, Any], predictor: Predictor) -> dict[str, Examples]:
    """The rows of each channel; refuses a job that cannot be done with them."""
    described = training_job.read_config(folders, "inputdataconfig.json", {})
    channels.validate(described)
    hosts = training_job.read_config(folders, "resourceconfig.json", {}).get("hosts", ["algo-1"])
    if len(hosts) > 1:
        raise Refused(f"The stand-in trains on one host, not on {len(hosts)}.")
    metric = parameters["_tuning_objective_metric"]
    if metric and metric.partition(":")[0] not in described:
        raise Refused(f"metric {metric} needs the channel {metric.partition(':')[0]}, which the job lacks")
    data = {name: channels.read(folders.channel(name), channel) for name, channel in described.items()}
    expected = data[TRAIN].features.shape[1]
    if parameters["feature_dim"] not in (AUTO, expected):
        raise Refused(f"feature_dim is {parameters['feature_dim']}, and {TRAIN} has {expected} features")
    for name, examples in data.items():
        if examples.features.shape[1] != expected:
            raise Refused(f"{name} has {examples.features.shape[1]} features, and {TRAIN} has {expected}")
        predictor.check_labels(name, examples.labels)
        logger.info("%s: %d rows, %d features", name, *examples.features.shape)
    return data


def _refuse_too_many(models: int, examples: Examples, predictor: Predictor) -> None:
    features = examples.features.shape[1]
    if models * features * predictor.outputs > _MOST_WEIGHTS:
        raise Refused(
            f"{models} models of {features} features and {predictor.outputs} outputs have more than "
            f"{_MOST_WEIGHTS} weights, which the stand-in does not hold; lower num_models"
        )
    if models > _MOST_MODELS:
        raise Refused(
            f"{models} models are more than the {_MOST_MODELS} that the stand-in trains in parallel; "
            "lower num_models"
        )


def _negatives_to_positives(examples: Examples) -> float:
    positives = int(np.count_nonzero(examples.labels > 0))
    return (len(examples.labels) - positives) / positives if 0 < positives < len(examples.labels) else 1.0


def _select(weights: Weights, part: Part, predictor: Predictor, parameters: Mapping[str, Any]) -> Chosen:
    """The best model by the predictor's criterion, of equal ones that of the lower loss; refuses when none of
    them gives a number."""
    standing = fitting.judge(weights, part, predictor)
    usable = np.isfinite(standing.ranks) & np.isfinite(standing.losses)
    if not usable.any():
        raise Refused(divergence.message(parameters))
    ranks = np.where(usable, standing.ranks, -np.inf)
    best = int(min(np.flatnonzero(ranks == ranks.max()), key=lambda model: standing.losses[model]))
    return Chosen(weights.of(best), best, float(standing.thresholds[best]))


def _model(chosen: Chosen, scaling: Scaling, parameters: Mapping[str, Any]) -> LinearModel:
    matrix, bias = scaling.undone(chosen.weights.matrix, chosen.weights.bias)
    features, outputs = matrix.shape
    described = Description(
        parameters["predictor_type"], parameters["loss"], features, outputs, chosen.threshold
    )
    return LinearModel(described, matrix, bias)
