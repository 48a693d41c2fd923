"""Proxy events as API Gateway sends them, answers as it reads them, and a runtime that needs no network."""

import base64
import io
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from aws_lambda_powertools import Logger
from botocore.response import StreamingBody
from churn_api import create_handler
from slipway_environment import Environment

ORIGIN = "https://app.example.com"
SECOND_ORIGIN = "https://admin.example.com"
REQUEST_ID = "0f8f3c9e-8a52-4a6e-9b0a-3f5c7d1e2b4a"
ENVIRONMENT = {"ENDPOINT_NAME": "slipway-dev-churn", "ALLOWED_ORIGINS": f"{ORIGIN},{SECOND_ORIGIN}"}

STAYS = "KS,186,510,400-6454,no,no,0,137.8,97,23.43,187.7,118,15.95,146.4,85,6.59,8.7,6,2.35,1"
LEAVES = "ME,118,408,384-8723,yes,yes,21,156.5,122,26.61,209.2,125,17.78,158.7,81,7.14,11.1,3,3.0,4"

_SERIAL = itertools.count()


class Context:
    """The part of Lambda's context that is used."""

    def __init__(self, seconds: float = 25) -> None:
        self.seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


@dataclass(frozen=True)
class Answer:
    """An answer to the gateway, with its headers by their lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def document(self) -> Any:
        return json.loads(self.body)


def event(
    method: str = "POST",
    path: str = "/churn",
    body: str | bytes | None = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A REST proxy event; a body of bytes arrives in base64, as one of a binary media type does."""
    is_bytes = isinstance(body, bytes)
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": dict(headers) if headers else None,
        "multiValueHeaders": {name: [value] for name, value in headers.items()} if headers else None,
        "queryStringParameters": dict(query) if query else None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()}
        if query
        else None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "requestId": REQUEST_ID,
            "path": f"/prod{path}",
            "stage": "prod",
            "httpMethod": method,
        },
        "body": base64.b64encode(body).decode() if isinstance(body, bytes) else body,
        "isBase64Encoded": is_bytes,
    }


def post(body: str | bytes | None, content_type: str | None, **headers: str) -> dict[str, Any]:
    """POST /churn from the allowed origin; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if content_type is not None:
        named["Content-Type"] = content_type
    return event(body=body, headers={"Origin": ORIGIN, **named})


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
        return Answer(raw["statusCode"], headers, cast(str, raw["body"]))

    return call
