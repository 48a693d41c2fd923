"""The hyperparameters of forecasting-deepar:1: names, types, ranges and defaults of its documentation."""

import json
import re
from collections.abc import Callable, Container, Mapping
from typing import Any

from built_in.hyperparameters import Hyperparameter, Refused, continuous, integer, validate, whole_number

AUTO, IGNORE = "auto", "ignore"
REQUIRED = ("time_freq", "epochs", "context_length", "prediction_length")
_DEFAULTS = {
    "cardinality": AUTO,
    "dropout_rate": "0.10",
    "early_stopping_patience": "",
    "embedding_dimension": "10",
    "learning_rate": "0.001",
    "likelihood": "student-t",
    "mini_batch_size": "128",
    "num_cells": "40",
    "num_dynamic_feat": AUTO,
    "num_eval_samples": "100",
    "num_layers": "2",
    "test_quantiles": "[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]",
}
_TIME_FREQUENCY = re.compile(r"([1-9]\d*)?(M|W|D|H|min)")
_POSITIVE = "[1, +inf)"


class _Words(Container[object]):
    """What a value may be, by a test and by the words that a refusal shows."""

    def __init__(self, text: str, test: Callable[[Any], bool]) -> None:
        self._text, self._test = text, test

    def __contains__(self, value: object) -> bool:
        return self._test(value)

    def __str__(self) -> str:
        return self._text


def validated(given: Mapping[str, str]) -> dict[str, Any]:
    """The values of all hyperparameters, those that were not given by their defaults.

    Refuses a required one that is missing, an unknown one, and a value out of its range.
    """
    return validate({**_DEFAULTS, **given}, TABLE, REQUIRED)


def _is_positive(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _frequency(text: str) -> str:
    if not _TIME_FREQUENCY.fullmatch(text):
        raise ValueError(text)
    return text


def _or_words(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """An empty value means the same as `ignore`."""
    return lambda text: (text or IGNORE) if text in (AUTO, IGNORE, "") else parse(text)


def _optional(text: str) -> int | None:
    return whole_number(text) if text else None


def _quantiles(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_quantile(each) for each in value)


def _is_quantile(value: Any) -> bool:
    return isinstance(value, int | float) and 0 < value < 1


_LIKELIHOODS = ("gaussian", "beta", "negative-binomial", "student-t", "deterministic-l1")
TABLE: dict[str, Hyperparameter] = {
    "time_freq": Hyperparameter(_frequency, _Words("any frequency", bool)),
    "epochs": integer(_POSITIVE),
    "context_length": integer(_POSITIVE),
    "prediction_length": integer(_POSITIVE),
    "num_cells": integer(_POSITIVE),
    "num_layers": integer(_POSITIVE),
    "mini_batch_size": integer(_POSITIVE),
    "embedding_dimension": integer(_POSITIVE),
    "num_eval_samples": integer(_POSITIVE),
    "learning_rate": continuous("(0, +inf)"),
    "dropout_rate": continuous("[0, 1)"),
    "likelihood": Hyperparameter(
        str.lower,
        _Words(
            "[gaussian, beta, negative-binomial, student-T, deterministic-L1]",
            lambda value: value in _LIKELIHOODS,
        ),
    ),
    "early_stopping_patience": Hyperparameter(
        _optional, _Words(_POSITIVE, lambda value: value is None or value > 0)
    ),
    "cardinality": Hyperparameter(
        _or_words(json.loads),
        _Words(
            "auto, ignore, or an array of positive integers",
            lambda value: (
                value in (AUTO, IGNORE)
                or (isinstance(value, list) and bool(value) and all(map(_is_positive, value)))
            ),
        ),
    ),
    "num_dynamic_feat": Hyperparameter(
        _or_words(whole_number),
        _Words(
            "auto, ignore, or a positive integer",
            lambda value: value in (AUTO, IGNORE) or _is_positive(value),
        ),
    ),
    "test_quantiles": Hyperparameter(json.loads, _Words("an array of numbers between 0 and 1", _quantiles)),
}

__all__ = ["AUTO", "IGNORE", "REQUIRED", "Refused", "validated"]
