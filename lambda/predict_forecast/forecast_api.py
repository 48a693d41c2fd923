"""The forecast API's handler, with its client injected."""

from functools import partial
from typing import Any

import forecast_model
from forecast_contract import FORECAST, MAX_SERIES, ForecastRequest, Options, Series
from prediction_service import prediction, rows
from prediction_service.problem import FieldError, Problem
from pydantic import ValidationError

_SERIES = "series"


def read(document: Any) -> ForecastRequest:
    """The request of a JSON document; a Problem names each series and field that is wrong."""
    members = dict(document) if isinstance(document, dict) else {}
    records = rows.records({_SERIES: members.pop(_SERIES, None)}, _SERIES, max_rows=MAX_SERIES)
    series = rows.validated(Series, records, pointer=f"#/{_SERIES}")
    try:
        options = Options.model_validate(members)
        return ForecastRequest(series=series, **options.model_dump())
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        raise Problem(
            422,
            "The body does not match the API contract.",
            errors=[FieldError(pointer=_pointer(one["loc"]), detail=_detail(one)) for one in details],
        ) from None


def _pointer(place: tuple[int | str, ...]) -> str:
    known = place and place[0] in ForecastRequest.model_fields
    return f"#/{place[0]}" if known else "#"


def _detail(error: Any) -> str:
    # The name of an unknown member is the caller's text, which no answer repeats.
    unknown = error["type"] == "extra_forbidden"
    return "Body has a member that is not in the API contract" if unknown else str(error["msg"])


PREDICTION = prediction.of_documents(
    FORECAST, read, forecast_model.body, forecast_model.answer, explain=forecast_model.refusal
)

create_handler = partial(prediction.create_handler, PREDICTION)
