"""Why training diverged: which of the hyperparameters that were given can make a loss that is no number."""

from collections.abc import Iterator, Mapping
from typing import Any

from . import hyperparameters
from .hyperparameters import BINARY

_OF_EVERY_MODEL = ("learning_rate", "wd", "l1", "bias_lr_mult", "bias_wd_mult", "init_bias")
_OF_LOSS = {
    "hinge_loss": "margin",
    "huber_loss": "huber_delta",
    "eps_insensitive_squared_loss": "loss_insensitivity",
    "eps_insensitive_absolute_loss": "loss_insensitivity",
}
_OF_START = {"uniform": "init_scale", "normal": "init_sigma"}


def message(parameters: Mapping[str, Any]) -> str:
    """What to change: the numbers that are not the defaults, the largest first; else the learning rate.

    Numbers without an effect on the loss of such a job are left out, and 0.
    """
    changed = {name: parameters[name] for name in _with_effect(parameters) if _is_changed(name, parameters)}
    largest_first = sorted(changed.items(), key=lambda pair: -abs(pair[1]))
    advice = [f"{'lower' if value > 0 else 'raise'} {name} ({value:g})" for name, value in largest_first]
    what_to_do = " or ".join(advice) or "lower learning_rate"
    return f"Training diverged: the loss is no longer a number; {what_to_do}"


def _with_effect(parameters: Mapping[str, Any]) -> Iterator[str]:
    yield from _OF_EVERY_MODEL
    yield _OF_START[parameters["init_method"]]
    if parameters["loss"] in _OF_LOSS:
        yield _OF_LOSS[parameters["loss"]]
    if parameters["predictor_type"] == BINARY:
        yield "positive_example_weight_mult"


def _is_changed(name: str, parameters: Mapping[str, Any]) -> bool:
    value = parameters[name]
    return not isinstance(value, str) and value not in (0, hyperparameters.default(name))
