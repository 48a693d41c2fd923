"""An API that predicts: rows in, an answer for each; a function says what its rows and answers are."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import slipway_media
import slipway_rows
import slipway_strict
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel
from slipway_api import Api, Handler, LambdaContext, OperationFunction
from slipway_breaker import Breaker
from slipway_contract import HEALTH, Health, Operation
from slipway_cors import Cors
from slipway_endpoint import Call, Endpoint
from slipway_environment import Environment
from slipway_request import Request

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction[Row: BaseModel]:
    """What a function adds to what all of them do.

    A JSON body is an object with the array `array` of `row`s; a CSV body has a column for each field of
    `row`. `body` gives what the endpoint reads, as CSV. `answers` gives, by media type, the caller's answer
    of the endpoint's and the number of rows; each raises a Problem for an answer that cannot be used.
    """

    operation: Operation
    array: str
    row: type[Row]
    body: Callable[[Sequence[Row]], bytes]
    answers: Mapping[str, Callable[[bytes, int], str]]

    def rows(self, content_type: str, text: str, max_rows: int) -> list[Row]:
        """The rows of a body in JSON or CSV; a Problem names each row and field that is wrong."""
        if content_type == slipway_media.CSV:
            return slipway_rows.from_csv(self.row, slipway_strict.csv_rows(text, max_rows=max_rows))
        document = slipway_strict.json_document(text)
        records = slipway_rows.records(document, self.array, max_rows=max_rows)
        return slipway_rows.from_json(self.row, records, pointer=f"#/{self.array}")


def create_handler[Row: BaseModel](
    prediction: Prediction[Row],
    environment: Environment,
    runtime: "SageMakerRuntimeClient",
    logger: Logger,
    clock: Callable[[], float] = time.monotonic,
) -> Handler:
    """What Lambda calls with an event and a context."""
    endpoint, breaker = Endpoint(runtime, environment), Breaker(clock)

    def predict(request: Request, context: LambdaContext) -> Response[str]:
        content = request.content(environment.max_body_bytes)
        content_type = request.content_type((slipway_media.JSON, slipway_media.CSV))
        accept = request.accept(tuple(prediction.answers))
        rows = prediction.rows(content_type, slipway_strict.utf8(content), environment.max_rows)
        call = call_of(request, context)
        body = prediction.body(rows)
        with breaker.closed():
            content = endpoint.invoke(body, content_type=slipway_media.CSV, accept=accept, call=call)
            answer = prediction.answers[accept](content, len(rows))
        return Response(200, accept, answer)

    return handler(prediction.operation, predict, environment, logger)


def call_of(request: Request, context: LambdaContext) -> Call:
    """What the endpoint is told of a request."""
    return Call(
        request_id=request.request_id,
        correlation_id=request.correlation_id,
        remaining_seconds=lambda: context.get_remaining_time_in_millis() / 1000,
    )


def handler(
    operation: Operation, predict: OperationFunction, environment: Environment, logger: Logger
) -> Handler:
    """What Lambda calls, with one operation that predicts and the one that says that the function answers."""

    def health(request: Request, _: LambdaContext) -> Response[str]:
        return Response(200, request.accept((slipway_media.JSON,)), Health().model_dump_json())

    api = Api(cors=Cors(environment.allowed_origins), logger=logger)
    api.add(operation.method, operation.path, predict)
    api.add(HEALTH.method, HEALTH.path, health)
    return api.handle
