"""The models that are trained in parallel: one as the hyperparameters say, the others close to it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .hyperparameters import AUTO, BALANCED

# What `auto` stands for: one value for each of some models, the first for a single one. The image prints, of
# its best models, learning rates of 0.1, weight decays of 0.0001 and 0.01, and these two schedules.
_AUTOMATIC = {"l1": (0.0, 1e-3, 1e-2, 1e-1), "learning_rate": (0.1, 0.005), "wd": (1e-4, 1e-2)}
_OF_SCHEDULE = ("lr_scheduler_step", "lr_scheduler_factor", "lr_scheduler_minimum_lr")
_SCHEDULES = ((10, 0.99, 1e-4), (100, 0.99, 1e-5))
# How many times a value that was given the others have.
_FACTORS = {"l1": (1.0, 0.5, 2.0, 4.0), "learning_rate": (1.0, 0.5), "wd": (1.0, 2.0)}
_COMBINATIONS = 32


@dataclass(frozen=True)
class Candidate:
    """The hyperparameters of one model. Of its positive examples each counts `positive_weight` times."""

    optimizer: str
    learning_rate: float
    l1: float
    wd: float
    lr_scheduler_step: int
    lr_scheduler_factor: float
    lr_scheduler_minimum_lr: float
    positive_weight: float = 1.0

    def shown(self) -> str:
        """As the image prints the best one, in JSON."""
        values = asdict(self)
        del values["positive_weight"]
        return json.dumps(values)


def propose(parameters: Mapping[str, Any], balanced: float) -> list[Candidate]:
    """As many candidates as `count` says.

    `balanced` is the weight of positive examples that makes both classes count alike.
    """
    # The last one varies fastest: a few models differ in their learning rates first.
    combinations = [
        (rate, l1, wd, *_given_or(schedule, parameters))
        for schedule in _SCHEDULES
        for wd in _range("wd", parameters)
        for l1 in _range("l1", parameters)
        for rate in _range("learning_rate", parameters)
    ]
    optimizer = "adam" if parameters["optimizer"] == AUTO else parameters["optimizer"]
    weights = _positive_weights(parameters, balanced)
    return [
        Candidate(optimizer, *combinations[number % len(combinations)], weights[number % len(weights)])
        for number in range(count(parameters))
    ]


def count(parameters: Mapping[str, Any]) -> int:
    """`num_models`; `auto` is 32, and 1 in a tuning job, where the number is ignored."""
    if parameters["_tuning_objective_metric"]:
        return 1
    given = parameters["num_models"]
    return _COMBINATIONS if given == AUTO else int(given)


def _range(name: str, parameters: Mapping[str, Any]) -> list[float]:
    value = parameters[name]
    if value == AUTO:
        return list(_AUTOMATIC[name])
    return [value * factor for factor in _FACTORS[name]]


def _given_or(schedule: tuple[int, float, float], parameters: Mapping[str, Any]) -> tuple[int, float, float]:
    step, factor, minimum = (
        automatic if parameters[name] == AUTO else parameters[name]
        for name, automatic in zip(_OF_SCHEDULE, schedule, strict=True)
    )
    return int(step), float(factor), float(minimum)


def _positive_weights(parameters: Mapping[str, Any], balanced: float) -> tuple[float, ...]:
    """`auto` tries balanced weights, none, and what lies between, as far as there are models for it."""
    value = parameters["positive_example_weight_mult"]
    if value == AUTO:
        return (balanced, 1.0, balanced**0.5)
    return (balanced if value == BALANCED else float(value),)
