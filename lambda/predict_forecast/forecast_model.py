"""From series to forecasts: what goes to the endpoint, and how its response is validated."""

import json
import re
from collections.abc import Sequence
from typing import Annotated, Any

from botocore.exceptions import ClientError
from forecast_contract import HORIZON, Forecast, ForecastRequest, ForecastResponse, Series
from prediction_service.endpoint import require_one_for_each, unusable
from prediction_service.problem import FieldError, Problem
from prediction_service.scores import validated
from pydantic import BaseModel, Field

# Of a container's message nothing but a number is used: the index of the series that it refuses.
_REFUSED_INSTANCE = re.compile(r"instances\[(\d{1,4})\]")
_REFUSED = "The model cannot forecast this series: its category or features differ from those in training"

_Points = Annotated[
    list[Annotated[float, Field(allow_inf_nan=False)]], Field(min_length=HORIZON, max_length=HORIZON)
]


class _Prediction(BaseModel):
    mean: _Points
    quantiles: dict[str, _Points]
    samples: list[_Points] | None = None


class _Answer(BaseModel):
    predictions: list[_Prediction]


def body(request: ForecastRequest) -> bytes:
    """The request as DeepAR reads it."""
    types = ["mean", "quantiles", *(["samples"] if request.samples else [])]
    configuration = {
        "num_samples": request.num_samples,
        "output_types": types,
        "quantiles": names(request.quantiles),
    }
    document = {"instances": list(map(_instance, request.series)), "configuration": configuration}
    return json.dumps(document, separators=(",", ":")).encode("ascii")


def answer(content: bytes, request: ForecastRequest) -> str:
    """The endpoint's answer as the contract has it, if it holds what was asked for of each series."""
    predictions = validated(_Answer, content).predictions
    require_one_for_each("forecasts", predictions, request.series)
    wanted = names(request.quantiles)
    for prediction in predictions:
        paths = request.num_samples if request.samples else 0
        if set(prediction.quantiles) != set(wanted) or len(prediction.samples or ()) != paths:
            raise unusable("response does not have the requested quantiles and samples")
    forecasts = [
        Forecast(
            timestamps=series.timestamps(),
            mean=one.mean,
            quantiles={name: one.quantiles[name] for name in wanted},
            samples=one.samples,
        )
        for series, one in zip(request.series, predictions, strict=True)
    ]
    return ForecastResponse(forecasts=forecasts).model_dump_json(exclude_none=True)


def refusal(problem: Problem) -> Problem:
    """The problem, with the series that the model refuses where its message says which one."""
    error = problem.__cause__
    if problem.status != 400 or not isinstance(error, ClientError):
        return problem
    found = _REFUSED_INSTANCE.search(str(error.response.get("OriginalMessage", "")))
    if found is None:
        return problem
    index = int(found[1])
    place = FieldError(row=index + 1, pointer=f"#/series/{index}", detail=_REFUSED)
    return Problem(422, "The model rejected a series.", errors=[place], cause=problem.cause)


def names(quantiles: Sequence[float]) -> list[str]:
    """The quantiles as request and answer write them."""
    return [repr(quantile) for quantile in quantiles]


def _instance(series: Series) -> dict[str, Any]:
    instance: dict[str, Any] = {
        "start": series.start.replace("T", " "),
        "target": ["NaN" if value is None else value for value in series.history],
    }
    if series.category is not None:
        instance["cat"] = [series.category]
    if series.dynamic_features is not None:
        instance["dynamic_feat"] = series.dynamic_features
    return instance
