"""The columns of an answer: the documented ones, or those that SAGEMAKER_INFERENCE_OUTPUT names."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from built_in import answers
from built_in.answers import Row
from numpy.typing import NDArray
from toolkit import content_types, environment
from toolkit.errors import ContainerProblem

from .hyperparameters import BINARY, MULTICLASS, REGRESSOR
from .model import Description

Numbers = NDArray[Any]
# Scores and predicted labels of all rows, and the number of classes -> a value a row.
_Column = Callable[[Numbers, Numbers | None, int], list[Any]]

_DOCUMENTED = {
    BINARY: ("score", "predicted_label"),
    MULTICLASS: ("score", "predicted_label"),
    REGRESSOR: ("score",),
}


class Columns:
    """How predictions are written, as SAGEMAKER_INFERENCE_OUTPUT asks for or, without it, as documented.

    CSV is not documented: without the variable it has the predicted label, of a regressor the score. Refuses
    a column that the model does not offer.
    """

    def __init__(self, named: str, description: Description) -> None:
        self._classes = max(description.outputs, 2)
        offered = _offered(description)
        self._columns = (
            named.replace(" ", "").lower().split(",") if named else _DOCUMENTED[description.predictor_type]
        )
        self._in_csv = self._columns if named else self._columns[-1:]
        unknown = [column for column in self._columns if column not in offered]
        if unknown:
            raise ContainerProblem(
                f"{environment.INFERENCE_OUTPUT} names {unknown[0]!r}; a {description.predictor_type} with "
                f"{description.loss} offers {', '.join(offered)}."
            )

    def write(self, scores: Numbers, labels: Numbers | None, media_type: str) -> bytes:
        """The predictions in one of `answers.KNOWN`; all but JSON end with a line feed or a record."""
        by_name = {name: _COLUMNS[name](scores, labels, self._classes) for name in self._columns}
        rows: Sequence[Row] = [
            dict(zip(by_name, values, strict=True)) for values in zip(*by_name.values(), strict=True)
        ]
        if media_type == answers.RECORDS:
            return answers.record_io(rows)
        if media_type == content_types.CSV:
            return answers.csv(rows, self._in_csv) + b"\n"
        return answers.documents(rows, media_type)


def _offered(description: Description) -> Sequence[str]:
    if description.predictor_type == REGRESSOR:
        return ("score", "predicted_score")
    named = ("score", "predicted_label", "labels")
    # Scores of other losses are no probabilities.
    return (*named, "probability", "probabilities") if description.loss != "hinge_loss" else named


def _score(scores: Numbers, labels: Numbers | None, classes: int) -> list[Any]:
    found: list[Any] = scores.tolist()
    return found


def _label(scores: Numbers, labels: Numbers | None, classes: int) -> list[Any]:
    found: list[Any] = [] if labels is None else labels.tolist()
    return found


def _labels(scores: Numbers, labels: Numbers | None, classes: int) -> list[Any]:
    return [list(range(classes))] * len(scores)


def _probability(scores: Numbers, labels: Numbers | None, classes: int) -> list[Any]:
    """Of class 1, or of the most probable one of several, as Autopilot documents it."""
    found: list[Any] = (scores if scores.ndim == 1 else scores.max(axis=1)).tolist()
    return found


def _probabilities(scores: Numbers, labels: Numbers | None, classes: int) -> list[Any]:
    both = np.column_stack([1 - scores, scores]) if scores.ndim == 1 else scores
    found: list[Any] = both.tolist()
    return found


_COLUMNS: Mapping[str, _Column] = {
    "score": _score,
    "predicted_score": _score,
    "predicted_label": _label,
    "labels": _labels,
    "probability": _probability,
    "probabilities": _probabilities,
}
