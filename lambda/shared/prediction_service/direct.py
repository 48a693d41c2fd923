"""A function that is also called with a request's body itself, as a test in Lambda's console calls it."""

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from prediction_service import media_types
from prediction_service.api import Handler, LambdaContext
from prediction_service.contract import Operation
from prediction_service.environment import Environment
from prediction_service.prediction import Prediction, create_api
from prediction_service.request import Request

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient


def create_handler[Input](
    prediction: Prediction[Input],
    environment: Environment,
    runtime: "SageMakerRuntimeClient",
    logger: Logger,
    clock: Callable[[], float] = time.monotonic,
) -> Handler:
    """What Lambda calls with a proxy event of API Gateway's, or with a body's object itself.

    What has a member of the operation's request is such an object; it is answered with the response's object
    alone, which for a refusal is the problem.
    """
    api = create_api(prediction, environment, runtime, logger, clock)
    operation = prediction.operation
    members = operation.request.model_fields if operation.request else {}

    def handle_either(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        if members.keys().isdisjoint(event):
            return api.handle(event, context)
        answer: dict[str, Any] = json.loads(api.respond(_posted(operation, event), context)["body"])
        return answer

    return handle_either


def _posted(operation: Operation, body: dict[str, Any]) -> Request:
    """The request of a client that posts the body."""
    return Request(
        method=operation.method,
        path=operation.path,
        headers={"content-type": media_types.JSON},
        body=json.dumps(body),
    )
