"""Answers as API Gateway reads them, and a runtime that needs no network."""

import io
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aws_lambda_powertools import Logger
from botocore.response import StreamingBody
from churn_api import create_handler
from prediction_service.environment import Environment

from quality.resilience.tally import Answer
from quality.resilience.wrong_input.events import ORIGIN

SECOND_ORIGIN = "https://admin.example.com"
ENVIRONMENT = {"ENDPOINT_NAME": "slipway-dev-churn", "ALLOWED_ORIGINS": f"{ORIGIN},{SECOND_ORIGIN}"}

_SERIAL = itertools.count()


class Context:
    """The part of Lambda's context that is used."""

    def __init__(self, seconds: float = 25) -> None:
        self.seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


@dataclass
class Runtime:
    """A client of SageMaker Runtime whose endpoint calls every customer from Maine a churner."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    failure: Exception | None = None

    def invoke_endpoint(self, **request: Any) -> dict[str, Any]:
        self.calls.append(request)
        if self.failure:
            raise self.failure
        churn = [line.startswith("ME,") for line in request["Body"].decode().splitlines()]
        predictions = [{"churn": label, "score": 0.97 if label else 0.03} for label in churn]
        bodies = {
            "application/json": json.dumps({"predictions": predictions}),
            "text/csv": "".join(f"{label}\n" for label in churn),
        }
        body = bodies[request["Accept"]].encode()
        return {
            "Body": StreamingBody(io.BytesIO(body), len(body)),
            "ContentType": f"{request['Accept']}; charset=utf-8",
        }


def handler(runtime: Any, stream: io.StringIO | None = None, **variables: str) -> Callable[..., Answer]:
    """The Lambda with an injected client: takes an event, gives an Answer."""
    environment = Environment.read({**ENVIRONMENT, **variables})
    # Powertools keeps one logger a service: each handler here gets its own, and so its own stream.
    logger = Logger(service=f"predict_churn-{next(_SERIAL)}", stream=stream or io.StringIO())
    handle = create_handler(environment, runtime, logger)

    def call(request: dict[str, Any], context: Context | None = None) -> Answer:
        raw = handle(request, context or Context())
        assert raw["isBase64Encoded"] is False
        headers = {name.lower(): ", ".join(values) for name, values in raw["multiValueHeaders"].items()}
        return Answer(raw["statusCode"], headers, raw["body"].encode())

    return call
