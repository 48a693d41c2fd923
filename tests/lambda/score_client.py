"""An endpoint of scores that is played, and requests to the function before it."""

import io
import itertools
import json
import typing
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger
from gateway import Context
from played_runtime import PlayedRuntime
from prediction_service.environment import Environment

from quality.resilience.wrong_input.events import ORIGIN, event

_SERIAL = itertools.count()


class Runtime(PlayedRuntime):
    """Its endpoint answers `score` for each row."""

    def reply(self, body: str, accept: str) -> str:
        count = len(body.splitlines())
        answers = {
            "application/json": json.dumps({"predictions": [{"score": 0.25}] * count}),
            "text/csv": "0.25\n" * count,
        }
        return answers[accept]


def post(
    create_handler: Callable[..., Any],
    path: str,
    runtime: Runtime,
    body: str,
    *,
    content_type: str,
    accept: str = "*/*",
) -> tuple[int, str]:
    """Status and body of a function's answer to a POST."""
    variables = {"ENDPOINT_NAME": f"slipway-dev-{path[1:]}", "ALLOWED_ORIGINS": ORIGIN}
    logger = Logger(service=f"{path}-{next(_SERIAL)}", stream=io.StringIO())
    handle: Callable[..., Mapping[str, Any]] = create_handler(
        Environment.read(variables), typing.cast(Any, runtime), logger
    )
    headers = {"Origin": ORIGIN, "Content-Type": content_type, "Accept": accept}
    answer = handle(event("POST", path, body, headers), Context())
    return answer["statusCode"], answer["body"]
