"""The functions behind the APIs: bodies, headers, whole events."""

import io
import json
from typing import Any

from fuzz.target import Parse, Target, find_modules, require

_MODULES = ("slipway_", "churn_", "bank_")
_MAX_ROWS = 50
_REFUSALS = {400, 413, 422}
_ANSWERS = {200, 204, 400, 404, 405, 406, 413, 415, 422}


def _bodies(api: str, content_type: str) -> Parse:
    """Rows are refused, or are those that are written, and survive being written once more."""
    find_modules()
    import importlib

    import slipway_strict
    from slipway_problem import Problem

    prediction = importlib.import_module(f"{api}_api").PREDICTION

    def parse(data: bytes) -> None:
        try:
            text = slipway_strict.utf8(data)
            rows = prediction.rows(content_type, text, _MAX_ROWS)
        except Problem as problem:
            require(problem.status in _REFUSALS, f"status {problem.status}")
            problem.body("id")
            return
        written = "".join(",".join(str(value) for _, value in row) + "\n" for row in rows)
        require(
            prediction.rows("text/csv", written, _MAX_ROWS) == rows, "rows change when they are rewritten"
        )
        require(prediction.body(rows).count(b"\n") == len(rows), "another number of rows is sent on")
        if content_type == "application/json":
            document = json.loads(text)
            require(document == {prediction.array: [row.model_dump() for row in rows]}, "another document")

    return parse


def _events() -> Parse:
    """Any event has an answer; a 200 has the played model's prediction for each row that was sent on."""
    find_modules()
    from aws_lambda_powertools import Logger
    from churn_api import create_handler
    from slipway_environment import Environment

    from fuzz.played import PlayedRuntime

    runtime, log = PlayedRuntime(), io.StringIO()
    environment = Environment.read({"ENDPOINT_NAME": "e", "ALLOWED_ORIGINS": "https://app.example.com"})
    handle = create_handler(environment, runtime, Logger(service="fuzz", stream=log))  # type: ignore[arg-type]

    def parse(data: bytes) -> None:
        event = _object(data)
        if event is None:
            return
        runtime.sent = b""
        answer = handle(event, runtime)
        log.truncate(0)
        require(answer["statusCode"] in _ANSWERS, f"status {answer['statusCode']}")
        kind = answer["multiValueHeaders"].get("Content-Type", [""])[0]
        require((answer["statusCode"] >= 400) == (kind == "application/problem+json"), f"type {kind}")
        if runtime.sent:
            require(answer["body"] == runtime.expected(kind), "another answer than the model's")

    return parse


def _headers() -> Parse:
    """Content-Type and Accept headers, a line each, as the functions and the handlers read them."""
    find_modules()
    import hop_request
    import slipway_media

    offered = (slipway_media.JSON, slipway_media.CSV)

    def parse(data: bytes) -> None:
        content_type, _, accept = data.decode("latin-1").partition("\n")
        found = slipway_media.accepted(content_type, offered)
        require(found is None or slipway_media.named(content_type) == found, "another media type")
        require(slipway_media.preferred(accept, offered) in (None, *offered), "a media type of nobody's")
        hop_request.choose.cache_clear()
        require(hop_request.choose(accept, offered) in (None, *offered), "a media type of nobody's")

    return parse


def _object(data: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


TARGETS = (
    Target("api-csv", "churn's CSV body", _MODULES, lambda: _bodies("churn", "text/csv")),
    Target("api-json", "churn's JSON body", _MODULES, lambda: _bodies("churn", "application/json")),
    Target("bank-csv", "the bank's CSV body", _MODULES, lambda: _bodies("bank", "text/csv")),
    Target("bank-json", "the bank's JSON body", _MODULES, lambda: _bodies("bank", "application/json")),
    Target("api-event", "a proxy event", _MODULES, _events),
    Target("api-headers", "Content-Type and Accept", ("slipway_", "hop_request"), _headers),
)
