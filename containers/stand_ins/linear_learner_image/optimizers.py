"""The optimizers: from a gradient the direction of a step, and the learning rate that falls on the way."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .candidates import Candidate
from .hyperparameters import AUTO

Floats = NDArray[Any]
_TINY = np.float32(1e-8)


class Optimizer(Protocol):
    """The steps of one array of weights."""

    def direction(self, gradient: Floats) -> Floats:
        """Where the next step leads against, per unit of the learning rate."""


class Sgd:
    """Gradient descent with momentum."""

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self._momentum = np.float32(_given(parameters, "momentum", 0.9))
        self._velocity: Floats = np.zeros((), dtype=np.float32)

    def direction(self, gradient: Floats) -> Floats:
        self._velocity = self._momentum * self._velocity + gradient
        return self._velocity


class Adam:
    """Moments of the gradient, corrected for having begun at 0."""

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self._beta_1 = np.float32(_given(parameters, "beta_1", 0.9))
        self._beta_2 = np.float32(_given(parameters, "beta_2", 0.999))
        self._first: Floats = np.zeros((), dtype=np.float32)
        self._second = self._first
        self._steps = 0

    def direction(self, gradient: Floats) -> Floats:
        self._steps += 1
        self._first = self._beta_1 * self._first + (1 - self._beta_1) * gradient
        self._second = self._beta_2 * self._second + (1 - self._beta_2) * gradient**2
        first = self._first / (1 - self._beta_1**self._steps)
        second = self._second / (1 - self._beta_2**self._steps)
        return first / (np.sqrt(second) + _TINY)


class RmsProp:
    """The gradient in units of its recent size."""

    _DECAY = np.float32(0.9)

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self._second: Floats = np.zeros((), dtype=np.float32)

    def direction(self, gradient: Floats) -> Floats:
        self._second = self._DECAY * self._second + (1 - self._DECAY) * gradient**2
        return gradient / (np.sqrt(self._second) + _TINY)


def choose(parameters: Mapping[str, Any]) -> Optimizer:
    """A new optimizer of the kind that the hyperparameters name; `auto` is Adam."""
    return _BY_NAME[parameters["optimizer"]](parameters)


class LearningRates:
    """The learning rates of several models, which fall by a factor every so many steps, down to a limit."""

    def __init__(self, candidates: Sequence[Candidate], *, falling: bool) -> None:
        self._initial = np.array([one.learning_rate for one in candidates])
        self._falling = falling
        self._step = np.array([one.lr_scheduler_step for one in candidates])
        self._factor = np.array([one.lr_scheduler_factor for one in candidates])
        self._limit = np.array([one.lr_scheduler_minimum_lr for one in candidates])

    def after(self, steps: int) -> Floats:
        """The rates for the step that follows so many."""
        if not self._falling:
            return self._initial.astype(np.float32)
        fallen = self._initial * self._factor ** (steps // self._step)
        rates: Floats = np.maximum(fallen, np.minimum(self._limit, self._initial)).astype(np.float32)
        return rates


def _given(parameters: Mapping[str, Any], name: str, default: float) -> float:
    value = parameters[name]
    return default if value == AUTO else float(value)


_BY_NAME: dict[str, Callable[[Mapping[str, Any]], Optimizer]] = {
    AUTO: Adam,
    "adam": Adam,
    "sgd": Sgd,
    "rmsprop": RmsProp,
}
