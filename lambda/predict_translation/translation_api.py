"""The translation API's handler, with its client injected."""

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import slipway_media
import slipway_prediction
import slipway_rows
import slipway_strict
import translation_model
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from slipway_api import Handler, LambdaContext
from slipway_breaker import Breaker
from slipway_endpoint import Endpoint
from slipway_environment import Environment
from slipway_request import Request
from translation_contract import MAX_SENTENCES, TRANSLATE, Sentence

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

_SENTENCES = "sentences"


def create_handler(
    environment: Environment,
    runtime: "SageMakerRuntimeClient",
    logger: Logger,
    clock: Callable[[], float] = time.monotonic,
) -> Handler:
    """What Lambda calls with a proxy event of API Gateway's, or with the body's object itself.

    The object is what a test in Lambda's console sends; it is answered with the answer's object alone, which
    for a refusal is the problem.
    """
    endpoint, breaker = Endpoint(runtime, environment), Breaker(clock)

    def translate(request: Request, context: LambdaContext) -> Response[str]:
        content = request.content(environment.max_body_bytes)
        request.content_type((slipway_media.JSON,))
        accept = request.accept((slipway_media.JSON,))
        sentences = read(slipway_strict.json_document(slipway_strict.utf8(content)))
        body, call = translation_model.body(sentences), slipway_prediction.call_of(request, context)
        with breaker.closed():
            found = endpoint.invoke(body, content_type=slipway_media.JSON, accept=accept, call=call)
            answer = translation_model.answer(found, len(sentences))
        return Response(200, accept, answer)

    handle = slipway_prediction.handler(TRANSLATE, translate, environment, logger)

    def handle_either(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        if _SENTENCES not in event:
            return handle(event, context)
        answer: dict[str, Any] = json.loads(handle(_posted(event), context)["body"])
        return answer

    return handle_either


def read(document: Any) -> list[Sentence]:
    """The sentences of a JSON document; a Problem names each that is wrong by its index."""
    records = slipway_rows.records(document, _SENTENCES, max_rows=MAX_SENTENCES)
    return slipway_rows.from_json(Sentence, records, pointer=f"#/{_SENTENCES}")


def _posted(body: dict[str, Any]) -> dict[str, Any]:
    """The event of a client that posts the body."""
    headers = {"Content-Type": slipway_media.JSON}
    return {
        "httpMethod": TRANSLATE.method,
        "path": TRANSLATE.path,
        "headers": headers,
        "body": json.dumps(body),
    }
