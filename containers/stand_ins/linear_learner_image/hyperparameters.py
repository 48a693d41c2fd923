"""The hyperparameters of linear-learner:1: names, ranges and defaults of its documentation.

The defaults are those that the image prints when a job starts. A refusal has the words of the XGBoost image,
whose source is public; this one's is not.
"""

import math
from collections.abc import Container, Mapping
from typing import Any

import numpy as np
from built_in import hyperparameters
from built_in.hyperparameters import Choice, Hyperparameter, Interval, Refused, integer, one_of, real_number

from . import metric_names

AUTO, BALANCED = "auto", "balanced"
BINARY, MULTICLASS, REGRESSOR = "binary_classifier", "multiclass_classifier", "regressor"
LOSSES = {
    BINARY: ("logistic", "hinge_loss"),
    MULTICLASS: ("softmax_loss",),
    REGRESSOR: (
        "squared_loss",
        "absolute_loss",
        "eps_insensitive_squared_loss",
        "eps_insensitive_absolute_loss",
        "quantile_loss",
        "huber_loss",
    ),
}
# What the SDK and older versions call two of the criteria.
_CRITERIA = {"f1": "f_beta", "cross_entropy_loss": "loss_function"}
_DEFAULTS = {
    "accuracy_top_k": "3",
    "balance_multiclass_weights": "false",
    "beta_1": AUTO,
    "beta_2": AUTO,
    "bias_lr_mult": AUTO,
    "bias_wd_mult": AUTO,
    "binary_classifier_model_selection_criteria": "accuracy",
    "early_stopping_patience": "3",
    "early_stopping_tolerance": "0.001",
    "epochs": "15",
    "f_beta": "1.0",
    "feature_dim": AUTO,
    "huber_delta": "1.0",
    "init_bias": "0.0",
    "init_method": "uniform",
    "init_scale": "0.07",
    "init_sigma": "0.01",
    "l1": AUTO,
    "learning_rate": AUTO,
    "loss": AUTO,
    "loss_insensitivity": "0.01",
    "lr_scheduler_factor": AUTO,
    "lr_scheduler_minimum_lr": AUTO,
    "lr_scheduler_step": AUTO,
    "margin": "1.0",
    "mini_batch_size": "1000",
    "momentum": AUTO,
    "normalize_data": "true",
    "normalize_label": AUTO,
    "num_calibration_samples": AUTO,
    "num_classes": "1",
    "num_models": AUTO,
    "num_point_for_scaler": "10000",
    "optimizer": AUTO,
    "positive_example_weight_mult": "1.0",
    "quantile": "0.5",
    "target_precision": "0.8",
    "target_recall": "0.8",
    "unbias_data": AUTO,
    "unbias_label": AUTO,
    "use_bias": "true",
    "use_lr_scheduler": "true",
    "wd": AUTO,
    "_tuning_objective_metric": "",
}
_POSITIVE, _NOT_NEGATIVE, _RATE = "(0, +inf)", "[0, +inf)", "(0, 1)"
_COUNT = "[1, +inf)"
_TRUTH = {"true": True, "false": False}


class _Either(Container[object]):
    """One of some words, or what is in another range."""

    def __init__(self, words: tuple[str, ...], rest: Any) -> None:
        self._words, self._rest = words, rest

    def __contains__(self, value: object) -> bool:
        return value in self._words or value in self._rest

    def __str__(self) -> str:
        return f"{', '.join(self._words)}, or {self._rest}"


def _or(words: tuple[str, ...], other: Hyperparameter) -> Hyperparameter:
    """The words, besides what the other hyperparameter takes."""
    return Hyperparameter(
        lambda text: text if text in words else other.parse(text), _Either(words, other.range)
    )


def _auto_or(other: Hyperparameter) -> Hyperparameter:
    return _or((AUTO,), other)


class _Single(Container[object]):
    """An interval of numbers in single precision, in which a model is trained."""

    _LARGEST = float(np.finfo(np.float32).max)

    def __init__(self, interval: str) -> None:
        self._interval = Interval(interval)

    def __contains__(self, value: object) -> bool:
        return value in self._interval and isinstance(value, int | float) and abs(value) <= self._LARGEST

    def __str__(self) -> str:
        return f"{self._interval} in single precision (float32)"


def _number(interval: str) -> Hyperparameter:
    return Hyperparameter(_finite, _Single(interval))


def _finite(text: str) -> float:
    value = real_number(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _word(*words: str) -> Hyperparameter:
    """One of the words in any case: a categorical range may write `True` as Python does."""
    return Hyperparameter(str.lower, Choice(words))


TABLE: dict[str, Hyperparameter] = {
    "predictor_type": one_of(BINARY, MULTICLASS, REGRESSOR),
    "num_classes": integer("[1, 1000000]"),
    "accuracy_top_k": integer("[1, 1000000]"),
    "balance_multiclass_weights": _word(*_TRUTH),
    "beta_1": _auto_or(_number("[0, 1)")),
    "beta_2": _auto_or(_number("[0, 1)")),
    "bias_lr_mult": _auto_or(_number(_POSITIVE)),
    "bias_wd_mult": _auto_or(_number(_NOT_NEGATIVE)),
    "binary_classifier_model_selection_criteria": one_of(
        "accuracy",
        "f_beta",
        "precision_at_target_recall",
        "recall_at_target_precision",
        "loss_function",
        *_CRITERIA,
    ),
    "early_stopping_patience": integer(_COUNT),
    "early_stopping_tolerance": _number(_POSITIVE),
    "epochs": integer(_COUNT),
    "f_beta": _number(_POSITIVE),
    "feature_dim": _auto_or(integer(_COUNT)),
    "huber_delta": _number(_POSITIVE),
    "init_bias": _number("(-inf, +inf)"),
    "init_method": one_of("uniform", "normal"),
    "init_scale": _number(_POSITIVE),
    "init_sigma": _number(_POSITIVE),
    "l1": _auto_or(_number(_NOT_NEGATIVE)),
    "learning_rate": _auto_or(_number(_POSITIVE)),
    "loss": one_of(AUTO, *(loss for losses in LOSSES.values() for loss in losses)),
    "loss_insensitivity": _number(_POSITIVE),
    "lr_scheduler_factor": _auto_or(_number(_RATE)),
    "lr_scheduler_minimum_lr": _auto_or(_number(_POSITIVE)),
    "lr_scheduler_step": _auto_or(integer(_COUNT)),
    "margin": _number(_POSITIVE),
    "mini_batch_size": integer(_COUNT),
    "momentum": _auto_or(_number("[0, 1)")),
    "normalize_data": _word(AUTO, *_TRUTH),
    "normalize_label": _word(AUTO, *_TRUTH),
    "num_calibration_samples": _auto_or(integer(_COUNT)),
    "num_models": _auto_or(integer(_COUNT)),
    "num_point_for_scaler": integer(_COUNT),
    "optimizer": one_of(AUTO, "adam", "sgd", "rmsprop"),
    "positive_example_weight_mult": _or((BALANCED, AUTO), _number(_POSITIVE)),
    "quantile": _number(_RATE),
    "target_precision": _number(_RATE),
    "target_recall": _number(_RATE),
    "unbias_data": _word(AUTO, *_TRUTH),
    "unbias_label": _word(AUTO, *_TRUTH),
    "use_bias": _word(*_TRUTH),
    "use_lr_scheduler": _word(*_TRUTH),
    "wd": _auto_or(_number(_NOT_NEGATIVE)),
    "_tuning_objective_metric": one_of("", *metric_names.ALL),
}


def default(name: str) -> Any:
    """The value of a hyperparameter that is not given."""
    return TABLE[name].validated(name, _DEFAULTS[name])


def validated(given: Mapping[str, str]) -> dict[str, Any]:
    """The values of all hyperparameters, those that were not given by their defaults, with `true` and `false`
    as booleans.

    `loss` is that of the predictor type where it was `auto`. Refuses a required one that is missing, an
    unknown one, a value out of its range, and a loss or a tuned metric of another predictor type.
    """
    read = hyperparameters.validate({**_DEFAULTS, **given}, TABLE, ["predictor_type"])
    values = {name: _TRUTH.get(value, value) for name, value in read.items()}
    kind = values["predictor_type"]
    if kind == MULTICLASS and values["num_classes"] < 3:
        raise Refused(f"predictor_type {MULTICLASS} needs num_classes, a number from 3 to 1000000")
    if values["loss"] == AUTO:
        values["loss"] = LOSSES[kind][0]
    if values["loss"] not in LOSSES[kind]:
        raise Refused(f"loss {values['loss']} is not one of a {kind}: {', '.join(LOSSES[kind])}")
    metric = values["_tuning_objective_metric"]
    if metric and metric not in metric_names.of(kind):
        raise Refused(f"metric {metric} is not one of a {kind}: {', '.join(metric_names.of(kind))}")
    criterion = values["binary_classifier_model_selection_criteria"]
    if criterion == "f1":
        values["f_beta"] = 1.0
    values["binary_classifier_model_selection_criteria"] = _CRITERIA.get(criterion, criterion)
    return values
