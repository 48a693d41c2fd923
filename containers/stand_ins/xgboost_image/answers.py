"""Predictions in the media type that the caller accepts.

What can be written depends on the mode: that of batch transform, that which SAGEMAKER_INFERENCE_OUTPUT asks
for, else real time. The image refuses an Accept that it does not know with 406, and fails with 500 on one
that it knows and the mode cannot write.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import orjson
from built_in.answers import KNOWN, documents
from toolkit import content_types
from toolkit.errors import CallerProblem

from .booster import Table

_SMALLEST, _LARGEST = 1e-4, 1e16


class Output(Protocol):
    """How one mode writes predictions."""

    @property
    def writes(self) -> Sequence[str]:
        """The media types that it writes."""

    def encode(self, predictions: Table, media_type: str) -> bytes:
        """The predictions in one of the types that it writes."""


class RealTime:
    """Scores: in CSV a line a row, several numbers of a row with commas; in JSON `{"score": ...}` each."""

    writes = (content_types.CSV, content_types.JSON)

    def encode(self, predictions: Table, media_type: str) -> bytes:
        if media_type == content_types.JSON:
            return documents([{"score": score} for score in predictions.tolist()], media_type)
        if predictions.ndim == 1:
            return _lines(predictions)
        return "".join(",".join(map(str, row)) + "\n" for row in predictions.tolist()).encode()


class Batch:
    """One prediction a line for batch transform to join, under the name of whatever type was asked for.

    Several numbers of a row stand in brackets.
    """

    writes = KNOWN

    def encode(self, predictions: Table, media_type: str) -> bytes:
        return _lines(predictions)


def accepted(accept: str, default: str) -> str:
    """The media type to answer with; `default` for an absent Accept or `*/*`, 406 for an unknown one."""
    media_type = content_types.media_type(accept)
    if not media_type or media_type == content_types.ANY:
        return default
    if media_type not in KNOWN:
        raise CallerProblem(406, f"The answer can be one of {', '.join(KNOWN)}.")
    return media_type


def _lines(predictions: Table) -> bytes:
    # Between these Python and JSON spell a number alike, and XGBoost's image spells it as Python does.
    if predictions.ndim == 1 and predictions.min() >= _SMALLEST and predictions.max() < _LARGEST:
        spelt = orjson.dumps(predictions.astype(np.float64), option=orjson.OPT_SERIALIZE_NUMPY)
        return spelt[1:-1].replace(b",", b"\n") + b"\n"
    return ("\n".join(map(str, predictions.tolist())) + "\n").encode()
