"""The forecast API's handler, with its client injected."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import forecast_model
import slipway_media
import slipway_prediction
import slipway_rows
import slipway_strict
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from forecast_contract import FORECAST, MAX_SERIES, ForecastRequest, Options, Series
from pydantic import ValidationError
from slipway_api import Handler, LambdaContext
from slipway_breaker import Breaker
from slipway_endpoint import Endpoint
from slipway_environment import Environment
from slipway_problem import FieldError, Problem
from slipway_request import Request

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

_SERIES = "series"


def create_handler(
    environment: Environment,
    runtime: "SageMakerRuntimeClient",
    logger: Logger,
    clock: Callable[[], float] = time.monotonic,
) -> Handler:
    """What Lambda calls with an event and a context."""
    endpoint, breaker = Endpoint(runtime, environment), Breaker(clock)

    def forecast(request: Request, context: LambdaContext) -> Response[str]:
        content = request.content(environment.max_body_bytes)
        request.content_type((slipway_media.JSON,))
        accept = request.accept((slipway_media.JSON,))
        wanted = read(slipway_strict.json_document(slipway_strict.utf8(content)))
        call = slipway_prediction.call_of(request, context)
        with breaker.closed():
            try:
                found = endpoint.invoke(
                    forecast_model.body(wanted), content_type=slipway_media.JSON, accept=accept, call=call
                )
            except Problem as problem:
                raise forecast_model.refusal(problem) from problem
            answer = forecast_model.answer(found, wanted)
        return Response(200, accept, answer)

    return slipway_prediction.handler(FORECAST, forecast, environment, logger)


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
