"""The contract of the forecast API; openapi.json is generated from it."""

import json
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self

from prediction_service import media_types
from prediction_service.contract import Contract, Operation
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

# What the model was trained for: forecasts of seven days in steps of two hours, from a context as long.
STEP = timedelta(hours=2)
HORIZON = CONTEXT = 84

MAX_SERIES = 20
MAX_HISTORY = 20_000
MAX_SAMPLES = 1_000
# Sample paths of one answer, so that it fits into what API Gateway passes on.
MAX_PATHS = 4_000

_EXAMPLE = {
    "series": [
        {
            "start": "2014-09-01 00:00:00",
            "history": [
                *(18.2, 17.5, 16.9, 17.1, 19.8, 24.6, 27.3, None, 26.8, 25.9, 24.1, 20.7),
                *(18.0, 17.2, 16.7, 17.0, 19.5, 24.9, 27.8, 28.1, 27.0, 26.2, 24.5, 21.0),
            ],
        }
    ],
    "quantiles": [0.1, 0.5, 0.9],
    "num_samples": 50,
}

Value = Annotated[float, Field(allow_inf_nan=False, ge=-1e12, le=1e12)]
Gap = Annotated[Literal["NaN"], Field(description="A missing value, like null.")]
Quantile = Annotated[float, Field(gt=0, lt=1)]


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError(
            "moment", "Input should be a timestamp such as 2014-01-01 00:00:00"
        ) from None
    if not 1900 <= moment.year <= 2200:
        raise PydanticCustomError("moment", "Input should be a timestamp in the years 1900 to 2200")
    return text


def _observed(history: list[float | str | None]) -> list[float | str | None]:
    if all(value in (None, "NaN") for value in history[-CONTEXT:]):
        raise PydanticCustomError("observed", f"Input should have a value among its last {CONTEXT} points")
    return history


class Series(BaseModel):
    """One series up to now, in steps of two hours."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    start: Annotated[
        str,
        Field(
            pattern=r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}$",
            description="The time of the first value, without time zone.",
        ),
        AfterValidator(_moment),
    ]
    history: Annotated[
        list[Value | Gap | None],
        Field(min_length=1, max_length=MAX_HISTORY, description='Gaps are null or "NaN".'),
        AfterValidator(_observed),
    ]
    category: (
        Annotated[int, Field(ge=0, le=1_000_000, description="For models trained with one.")]
        | SkipJsonSchema[None]
    ) = None
    dynamic_features: (
        Annotated[
            list[list[Value]],
            Field(
                min_length=1,
                max_length=16,
                description=f"For models trained with some: over the history and {HORIZON} points more.",
            ),
        ]
        | SkipJsonSchema[None]
    ) = None

    @field_validator("dynamic_features", mode="after")
    @classmethod
    def _reach_over_the_horizon(cls, features: Any, info: ValidationInfo) -> Any:
        history = info.data.get("history")
        if features is None or history is None:
            return features
        length = len(history) + HORIZON
        if any(len(feature) != length for feature in features):
            raise PydanticCustomError(
                "features",
                f"Each feature should have one value for each point of the history and {HORIZON} more",
            )
        return features

    def timestamps(self) -> list[str]:
        """The times of the forecast's points."""
        first = datetime.fromisoformat(self.start) + len(self.history) * STEP
        return [str(first + point * STEP) for point in range(HORIZON)]


class Options(BaseModel):
    """What of the forecasts is answered."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    quantiles: Annotated[list[Quantile], Field(min_length=1, max_length=20)] = [0.1, 0.5, 0.9]
    num_samples: Annotated[
        int,
        Field(ge=1, le=MAX_SAMPLES, description="Sample paths from which quantiles and mean are computed."),
    ] = 100
    samples: Annotated[bool, Field(description="Whether the response includes the sample paths.")] = False

    @field_validator("quantiles", mode="after")
    @classmethod
    def _differ(cls, quantiles: list[float]) -> list[float]:
        if len(set(quantiles)) < len(quantiles):
            raise PydanticCustomError("quantiles", "Input should not repeat a quantile")
        return quantiles


class ForecastRequest(Options):
    """The series to forecast, in any order."""

    series: Annotated[list[Series], Field(min_length=1, max_length=MAX_SERIES)]

    @model_validator(mode="after")
    def _answer_fits(self) -> Self:
        if self.samples and len(self.series) * self.num_samples > MAX_PATHS:
            raise PydanticCustomError("paths", f"Request at most {MAX_PATHS} sample paths across all series")
        return self


class Forecast(BaseModel):
    """What follows one series: for each point its time, its mean, and its quantiles by their names."""

    timestamps: Annotated[list[str], Field(min_length=HORIZON, max_length=HORIZON)]
    mean: list[float]
    quantiles: dict[str, list[float]]
    samples: Annotated[list[list[float]], Field(description="Only if requested.")] | SkipJsonSchema[None] = (
        None
    )


class ForecastResponse(BaseModel):
    """A forecast for each series, in the request's order."""

    forecasts: list[Forecast]


FORECAST = Operation(
    path="/forecast",
    summary="Forecast series",
    request=ForecastRequest,
    request_text={media_types.JSON: json.dumps(_EXAMPLE)},
    answer=ForecastResponse,
)

CONTRACT = Contract(
    title="Forecast",
    description="What a series of electricity loads will be in the next seven days, with its uncertainty.",
    operation=FORECAST,
)
