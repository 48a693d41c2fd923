"""The forecast API's handler, with its client injected."""

from functools import partial
from typing import Any

import forecast_model
import slipway_media
import slipway_prediction
import slipway_rows
import slipway_strict
from forecast_contract import FORECAST, MAX_SERIES, ForecastRequest, Options, Series
from pydantic import ValidationError
from slipway_problem import FieldError, Problem

_SERIES = "series"


def read(document: Any) -> ForecastRequest:
    """The request of a JSON document; a Problem names each series and field that is wrong."""
    members = dict(document) if isinstance(document, dict) else {}
    records = slipway_rows.records({_SERIES: members.pop(_SERIES, None)}, _SERIES, max_rows=MAX_SERIES)
    series = slipway_rows.from_json(Series, records, pointer=f"#/{_SERIES}")
    try:
        options = Options.model_validate(members)
        return ForecastRequest(series=series, **options.model_dump())
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        raise Problem(
            422,
            "The body is not as the contract says.",
            errors=[FieldError(pointer=_pointer(one["loc"]), detail=_detail(one)) for one in details],
        ) from None


def _pointer(place: tuple[int | str, ...]) -> str:
    known = place and place[0] in ForecastRequest.model_fields
    return f"#/{place[0]}" if known else "#"


def _detail(error: Any) -> str:
    # The name of an unknown member is the caller's text, which no answer repeats.
    unknown = error["type"] == "extra_forbidden"
    return "Body has a member that the contract does not name" if unknown else str(error["msg"])


PREDICTION = slipway_prediction.Prediction(
    operation=FORECAST,
    decode={slipway_media.JSON: lambda text, _: read(slipway_strict.json_document(text))},
    encode=forecast_model.body,
    content_type=slipway_media.JSON,
    answer={slipway_media.JSON: forecast_model.answer},
    explain=forecast_model.refusal,
)

create_handler = partial(slipway_prediction.create_handler, PREDICTION)
