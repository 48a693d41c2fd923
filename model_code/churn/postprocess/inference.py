"""The last hop: XGBoost's scores to the answer that the client gets.

Takes text/csv or application/json as XGBoost's image writes them. Answers, as Accept asks, text/csv (`True`
or `False` a line; also for `*/*`), application/json (`{"predictions": [{"churn": true, "score": 0.97}]}`) or
application/jsonlines (one such prediction a line); 406 for anything else.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import churn_scores
import churn_threshold
from hop_request import CSV, RequestError, choose, media_type, unsupported

JSON = "application/json"
JSON_LINES = "application/jsonlines"
_OFFERS = (CSV, JSON, JSON_LINES)
# A batch transform that assembles by line ends each answer itself; the managed XGBoost image does the same.
_END = "" if os.environ.get("SAGEMAKER_BATCH") else "\n"


class Predictions(NamedTuple):
    """The scores of some rows, and whether each customer leaves."""

    scores: Sequence[float]
    churn: Sequence[bool]


def model_fn(model_dir: str) -> float:
    return churn_threshold.load(Path(model_dir))


def input_fn(body: str | bytes, content_type: str | None) -> list[float]:
    match media_type(content_type):
        case "text/csv":
            return churn_scores.from_csv(body)
        case "application/json":
            return churn_scores.from_json(body)
        case _:
            raise unsupported(CSV, JSON)


def predict_fn(data: Sequence[float], model: float) -> Predictions:
    return Predictions(data, [score > model for score in data])


def output_fn(prediction: Predictions, accept: str | None) -> tuple[str, str]:
    match choose(accept, _OFFERS):
        case "text/csv":
            return "\n".join(["True" if churn else "False" for churn in prediction.churn]) + _END, CSV
        case "application/json":
            return f'{{"predictions": [{", ".join(_documents(prediction))}]}}', JSON
        case "application/jsonlines":
            return "\n".join(_documents(prediction)) + _END, JSON_LINES
        case _:
            raise RequestError(406, f"the answer can be {', '.join(_OFFERS)}")


def _documents(prediction: Predictions) -> list[str]:
    # A finite float's repr is a JSON number; json.dumps takes five times as long.
    return [
        f'{{"churn": {"true" if churn else "false"}, "score": {score!r}}}'
        for score, churn in zip(*prediction, strict=True)
    ]
