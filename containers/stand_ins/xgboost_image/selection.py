"""Selectable output: the columns that SAGEMAKER_INFERENCE_OUTPUT names, derived from the raw prediction."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from built_in import answers
from toolkit import content_types, environment
from toolkit.errors import ContainerProblem

from .booster import Table

# (objective, raw prediction, number of classes) -> value
_Column = Callable[[str, Any, int], Any]

_BINARY_MARGIN = {"binary:logistic": 0.5, "binary:logitraw": 0.0}
_AS_IS = ("binary:hinge", "multi:softmax")
_SCORES = ("predicted_score",)
_LABELS = ("predicted_label", "labels", "raw_score", "raw_scores")
_PROBABILITIES = (*_LABELS, "probability", "probabilities")
_OFFERED: dict[str, Sequence[str]] = {
    "reg:squarederror": _SCORES,
    "reg:absoluteerror": _SCORES,
    "reg:logistic": _SCORES,
    "reg:gamma": _SCORES,
    "reg:tweedie": _SCORES,
    "binary:logistic": _PROBABILITIES,
    "binary:logitraw": _LABELS,
    "binary:hinge": _LABELS,
    "multi:softmax": _LABELS,
    "multi:softprob": _PROBABILITIES,
}


class Selection:
    """The columns of each answer, in the order in which they were named, in any type that the image knows.

    Refuses an objective that has none. A column that the objective does not offer is refused too, unless
    `managed` is set: then it is NaN in every answer, as the managed image has it. In `batch` CSV ends with a
    line feed.
    """

    writes = answers.KNOWN

    def __init__(self, columns: str, objective: str, classes: int, *, managed: bool, batch: bool) -> None:
        self._columns = columns.replace(" ", "").lower().split(",")
        self._objective = objective
        self._classes = classes
        self._end = b"\n" if batch else b""
        name = environment.INFERENCE_OUTPUT
        if objective not in _OFFERED:
            raise ContainerProblem(f"{name} is set, and a model of {objective} offers no columns; unset it.")
        unknown = [column for column in self._columns if column not in _OFFERED[objective]]
        if unknown and not managed:
            raise ContainerProblem(
                f"{name} names {unknown[0]}; a model of {objective} offers {', '.join(_OFFERED[objective])}."
            )

    def encode(self, predictions: Table, media_type: str) -> bytes:
        rows = [self._row(prediction) for prediction in predictions]
        if media_type == answers.RECORDS:
            return answers.record_io(rows)
        if media_type != content_types.CSV:
            return answers.documents(rows, media_type)
        return answers.csv(rows, self._columns) + self._end

    def _row(self, prediction: Any) -> dict[str, Any]:
        offered = _OFFERED[self._objective]
        return {
            column: _COLUMNS[column](self._objective, prediction, self._classes)
            if column in offered
            else math.nan
            for column in sorted(self._columns, key=_order)
        }


def _label(objective: str, prediction: Any, classes: int) -> Any:
    if objective in _AS_IS:
        return prediction.item()
    if objective in _BINARY_MARGIN:
        return int(prediction > _BINARY_MARGIN[objective])
    return int(np.argmax(prediction))


def _labels(objective: str, prediction: Any, classes: int) -> list[int]:
    return [0, 1] if objective.startswith("binary:") else list(range(classes))


def _highest(objective: str, prediction: Any, classes: int) -> float:
    return float(np.max(prediction))


def _all(objective: str, prediction: Any, classes: int) -> list[float]:
    if objective == "multi:softprob":
        values: list[float] = prediction.tolist()
        return values
    value = float(prediction)
    return [1.0 - value, value]


_COLUMNS: dict[str, _Column] = {
    "predicted_label": _label,
    "labels": _labels,
    "probability": _highest,
    "probabilities": _all,
    "raw_score": _highest,
    "raw_scores": _all,
    "predicted_score": _highest,
}
_ORDER = list(_COLUMNS)


def _order(column: str) -> int:
    return _ORDER.index(column) if column in _COLUMNS else len(_ORDER)
