"""The last hop: XGBoost's scores to the answer that the client gets.

Takes text/csv or application/json as XGBoost's image writes them. Answers, as Accept asks, text/csv (`True`
or `False` a line; also for `*/*`), application/json (`{"predictions": [{"churn": true, "score": 0.97}]}`) or
application/jsonlines (one such prediction a line); 406 for anything else.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import churn_scores
import churn_threshold
from hop_request import CSV, RequestError, choose, media_type, unsupported

JSON = "application/json"
JSON_LINES = "application/jsonlines"
_OFFERS = (CSV, JSON, JSON_LINES)


class Prediction(NamedTuple):
    churn: bool
    score: float


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


def predict_fn(data: Sequence[float], model: float) -> list[Prediction]:
    return [Prediction(score > model, score) for score in data]


def output_fn(prediction: Sequence[Prediction], accept: str | None) -> tuple[str, str]:
    match choose(accept, _OFFERS):
        case "text/csv":
            return "".join(["True\n" if one.churn else "False\n" for one in prediction]), CSV
        case "application/json":
            return f'{{"predictions": [{", ".join(map(_json, prediction))}]}}', JSON
        case "application/jsonlines":
            return "".join([_json(one) + "\n" for one in prediction]), JSON_LINES
        case _:
            raise RequestError(406, f"the answer can be {', '.join(_OFFERS)}")


def _json(one: Prediction) -> str:
    # A finite float's repr is a JSON number; json.dumps takes five times as long.
    return f'{{"churn": {"true" if one.churn else "false"}, "score": {one.score!r}}}'
