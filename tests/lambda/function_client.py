"""Requests to a function before an endpoint that a test plays."""

import io
import itertools
import json
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aws_lambda_powertools import Logger
from gateway import Context
from played_runtime import PlayedRuntime
from prediction_service.environment import Environment

from quality.resilience.wrong_input.events import ORIGIN, event

_SERIAL = itertools.count()


@dataclass
class FunctionClient:
    """The function of a path, its endpoint's client injected; `log` has what it writes."""

    create_handler: Callable[..., Callable[..., Mapping[str, Any]]]
    path: str
    runtime: PlayedRuntime
    log: io.StringIO = field(default_factory=io.StringIO)

    def invoke(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """What it returns for an event."""
        variables = {"ENDPOINT_NAME": f"slipway-dev-{self.path[1:]}", "ALLOWED_ORIGINS": ORIGIN}
        # Powertools keeps one logger a service: each call here gets its own, and so its own stream.
        logger = Logger(service=f"{self.path}-{next(_SERIAL)}", stream=self.log)
        handle = self.create_handler(Environment.read(variables), typing.cast(Any, self.runtime), logger)
        return handle(given, Context())

    def post(
        self, body: str | bytes, content_type: str = "application/json", accept: str = "*/*"
    ) -> tuple[int, str]:
        """Status and body of its response to a POST."""
        headers = {"Origin": ORIGIN, "Content-Type": content_type, "Accept": accept}
        response = self.invoke(event("POST", self.path, body, headers))
        assert response["multiValueHeaders"]["Access-Control-Allow-Origin"] == [ORIGIN]
        return response["statusCode"], response["body"]

    def post_document(self, document: object) -> tuple[int, Any]:
        """The same of a JSON document, with the response's document."""
        status, body = self.post(json.dumps(document))
        return status, json.loads(body)
