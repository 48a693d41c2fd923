"""The churn API's handler: translates between HTTP and `churn_scoring`, with its client injected."""

from typing import TYPE_CHECKING

import churn_scoring
import slipway_media
import slipway_strict
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from churn_contract import HEALTH, SCORE, Health
from slipway_api import Api, Handler, LambdaContext
from slipway_cors import Cors
from slipway_endpoint import Call, Endpoint
from slipway_environment import Environment
from slipway_request import Request

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient


def create_handler(environment: Environment, runtime: "SageMakerRuntimeClient", logger: Logger) -> Handler:
    """What Lambda calls with an event and a context."""
    endpoint = Endpoint(runtime, environment)

    def score(request: Request, context: LambdaContext) -> Response[str]:
        content = request.content(environment.max_body_bytes)
        read = churn_scoring.READERS[request.content_type(tuple(churn_scoring.READERS))]
        accept = request.accept(tuple(churn_scoring.ANSWERS))
        customers = read(slipway_strict.utf8(content), environment.max_rows)
        call = Call(
            request_id=request.request_id,
            remaining_seconds=lambda: context.get_remaining_time_in_millis() / 1000,
        )
        return Response(
            200, accept, churn_scoring.score(customers, accept=accept, endpoint=endpoint, call=call)
        )

    def health(request: Request, _: LambdaContext) -> Response[str]:
        return Response(200, request.accept((slipway_media.JSON,)), Health().model_dump_json())

    api = Api(cors=Cors(environment.allowed_origins), logger=logger)
    api.add(SCORE.method, SCORE.path, score)
    api.add(HEALTH.method, HEALTH.path, health)
    return api.handle
