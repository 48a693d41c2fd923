"""The translation API's handler, with its client injected."""

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import translation_model
from aws_lambda_powertools import Logger
from prediction_service import media_types, prediction, rows
from prediction_service.api import Handler, LambdaContext
from prediction_service.environment import Environment
from prediction_service.request import Request
from translation_contract import MAX_SENTENCES, TRANSLATE, Sentence

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

_SENTENCES = "sentences"


def read(document: Any) -> list[Sentence]:
    """The sentences of a JSON document; a Problem names each that is wrong by its index."""
    records = rows.records(document, _SENTENCES, max_rows=MAX_SENTENCES)
    return rows.from_json(Sentence, records, pointer=f"#/{_SENTENCES}")


PREDICTION = prediction.of_documents(TRANSLATE, read, translation_model.body, translation_model.answer)


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
    api = prediction.create_api(PREDICTION, environment, runtime, logger, clock)

    def handle_either(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        if _SENTENCES not in event:
            return api.handle(event, context)
        answer: dict[str, Any] = json.loads(api.respond(_posted(event), context)["body"])
        return answer

    return handle_either


def _posted(body: dict[str, Any]) -> Request:
    """The request of a client that posts the body."""
    return Request(
        method=TRANSLATE.method,
        path=TRANSLATE.path,
        headers={"content-type": media_types.JSON},
        body=json.dumps(body),
    )
