"""Predictions in the media type that the caller accepts."""

import json
from typing import Any

import numpy as np
import orjson
from toolkit import content_types
from toolkit.errors import CallerProblem

from .booster import Table

_SMALLEST, _LARGEST = 1e-4, 1e16
SUPPORTED = (content_types.CSV, content_types.JSON, content_types.JSON_LINES)


def accepted(accept: str, default: str) -> str:
    """The media type to answer with; `default` for an absent Accept or `*/*`, 406 for an unknown one."""
    media_type = content_types.media_type(accept)
    if not media_type or media_type == content_types.ANY:
        return default
    if media_type not in SUPPORTED:
        raise CallerProblem(406, f"The answer can be one of {', '.join(SUPPORTED)}.")
    return media_type


def scores(predictions: Table, media_type: str) -> bytes:
    """The scores alone: a line each in CSV, `{"score": ...}` each in JSON and JSON lines."""
    if media_type == content_types.CSV:
        return lines(predictions)
    return documents([{"score": score} for score in predictions.tolist()], media_type)


def lines(predictions: Table) -> bytes:
    """One prediction a line, each with its newline: what batch transform joins, whatever the Accept."""
    # Between these Python and JSON spell a number alike, and XGBoost's image spells it as Python does.
    if predictions.ndim == 1 and predictions.min() >= _SMALLEST and predictions.max() < _LARGEST:
        spelt = orjson.dumps(predictions.astype(np.float64), option=orjson.OPT_SERIALIZE_NUMPY)
        return spelt[1:-1].replace(b",", b"\n") + b"\n"
    return ("\n".join(map(str, predictions.tolist())) + "\n").encode()


def documents(predictions: list[dict[str, Any]], media_type: str) -> bytes:
    """One JSON object a prediction, in one document or one a line."""
    if media_type == content_types.JSON_LINES:
        return "".join(json.dumps(prediction) + "\n" for prediction in predictions).encode()
    return json.dumps({"predictions": predictions}).encode()
