"""An API that predicts; a function says how a request is read and how the endpoint's response is written."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response

from prediction_service import media_types, parsing
from prediction_service.api import Api, Handler, LambdaContext
from prediction_service.circuit_breaker import Breaker
from prediction_service.contract import HEALTH, Health, Operation
from prediction_service.cors import Cors
from prediction_service.endpoint import Call, EndpointClient
from prediction_service.environment import Environment
from prediction_service.problem import Problem
from prediction_service.request import Request

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction[Input]:
    """What a function adds to what all of them do.

    `decode` gives, by media type of the request, what a body's text says; its second argument is how many
    rows the environment allows. `encode` makes of that the endpoint's request, of media type `content_type`.
    `answer` gives, by response type, the caller's response from the endpoint's. `explain` may say more of a
    problem of the endpoint's. Each raises a Problem for what cannot be used.
    """

    operation: Operation
    decode: Mapping[str, Callable[[str, int], Input]]
    encode: Callable[[Input], bytes]
    content_type: str
    answer: Mapping[str, Callable[[bytes, Input], str]]
    explain: Callable[[Problem], Problem] = lambda problem: problem


def of_documents[Input](
    operation: Operation,
    read: Callable[[Any], Input],
    encode: Callable[[Input], bytes],
    answer: Callable[[bytes, Input], str],
    explain: Callable[[Problem], Problem] = lambda problem: problem,
) -> Prediction[Input]:
    """A prediction that takes and gives JSON alone; `read` makes the input of a body's document."""
    return Prediction(
        operation=operation,
        decode={media_types.JSON: lambda text, _: read(parsing.json_document(text))},
        encode=encode,
        content_type=media_types.JSON,
        answer={media_types.JSON: answer},
        explain=explain,
    )


def create_api[Input](
    prediction: Prediction[Input],
    environment: Environment,
    runtime: "SageMakerRuntimeClient",
    logger: Logger,
    clock: Callable[[], float] = time.monotonic,
) -> Api:
    """The API: the operation that predicts, and the one that says that the function answers."""
    endpoint, breaker = EndpointClient(runtime, environment), Breaker(clock)

    def predict(request: Request, context: LambdaContext) -> Response[str]:
        content = request.content(environment.max_body_bytes)
        decode = prediction.decode[request.content_type(tuple(prediction.decode))]
        accept = request.accept(tuple(prediction.answer))
        given = decode(parsing.utf8(content), environment.max_rows)
        body, call = prediction.encode(given), _call(request, context)
        with breaker.closed():
            try:
                found = endpoint.invoke(body, content_type=prediction.content_type, accept=accept, call=call)
            except Problem as problem:
                raise prediction.explain(problem) from problem.__cause__
            answer = prediction.answer[accept](found, given)
        return Response(200, accept, answer)

    def health(request: Request, _: LambdaContext) -> Response[str]:
        return Response(200, request.accept((media_types.JSON,)), Health().model_dump_json())

    api = Api(cors=Cors(environment.allowed_origins), logger=logger)
    api.add(prediction.operation.method, prediction.operation.path, predict)
    api.add(HEALTH.method, HEALTH.path, health)
    return api


def create_handler[Input](
    prediction: Prediction[Input],
    environment: Environment,
    runtime: "SageMakerRuntimeClient",
    logger: Logger,
    clock: Callable[[], float] = time.monotonic,
) -> Handler:
    """What Lambda calls with an event and a context."""
    return create_api(prediction, environment, runtime, logger, clock).handle


def _call(request: Request, context: LambdaContext) -> Call:
    """What the endpoint is told of a request."""
    return Call(
        request_id=request.request_id,
        correlation_id=request.correlation_id,
        remaining_seconds=lambda: context.get_remaining_time_in_millis() / 1000,
    )
