"""The functions behind the APIs: bodies in each media type, and whole events."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

from quality.fuzz.proxy_event import complete
from quality.fuzz.target import OF_WORKLOADS, Parse, Target, find_modules, require, row_apis, together

_MODULES = ("prediction_service", *OF_WORKLOADS)
_MAX_ROWS = 50
_REFUSALS = {400, 413, 422}
_ANSWERS = {200, 204, 400, 404, 405, 406, 413, 415, 422}


def _rows(content_type: str) -> Parse:
    """Rows are refused, or are those that are written, and survive being written once more."""
    apis = row_apis().values()
    from prediction_service import parsing

    def check(prediction: Any, text: str) -> None:
        rows = prediction.decode[content_type](text, _MAX_ROWS)
        written = "".join(",".join(str(value) for _, value in row) + "\n" for row in rows)
        require(
            prediction.decode["text/csv"](written, _MAX_ROWS) == rows, "rows change when they are rewritten"
        )
        require(prediction.encode(rows).count(b"\n") == len(rows), "another number of rows is sent on")
        if content_type == "application/json":
            document = json.loads(text)
            require([*document.values()] == [[row.model_dump() for row in rows]], "another document")

    def reads(prediction: Any) -> Parse:
        return _refusing(lambda data: check(prediction, parsing.utf8(data)))

    return together(*(reads(api.PREDICTION) for api in apis))


def _series() -> Parse:
    """A request for forecasts is refused, or DeepAR reads in what is sent on the series that it asks for."""
    find_modules()
    import forecast_api
    import forecast_model
    import numpy as np
    from deepar_image import series as deepar

    def check(request: Any) -> None:
        instances = json.loads(forecast_model.body(request))["instances"]
        require(len(instances) == len(request.series), "another number of series is sent on")
        for one, instance in zip(request.series, instances, strict=True):
            read = deepar.parse(instance)
            points = [np.nan if value in (None, "NaN") else value for value in one.history]
            expected = np.array(points, np.float32)
            require(np.array_equal(read.target, expected, equal_nan=True), "another history")
            require(read.start.isoformat(" ") == one.start.replace("T", " "), "another start")

    return _documents(forecast_api.read, check)


def _sentences() -> Parse:
    """A request for translations is refused, or the model reads in what is sent on each sentence's words."""
    find_modules()
    import translation_api
    import translation_model
    import translation_text

    def check(sentences: Any) -> None:
        instances = json.loads(translation_model.body(sentences))["instances"]
        found = [instance["data"].split() for instance in instances]
        require(found == [translation_text.source_words(one.query) for one in sentences], "other words")
        require(all(found), "a sentence without words is sent on")

    return _documents(translation_api.read, check)


def _tweets(content_type: str) -> Parse:
    """A request for emojis is refused, or the endpoint gets each tweet as it stands."""
    find_modules()
    import emoji_api
    import emoji_model
    from prediction_service import parsing

    decode = emoji_api.PREDICTION.decode

    def check(text: str) -> None:
        tweets = decode[content_type](text, _MAX_ROWS)
        sent = json.loads(emoji_model.body(tweets))["tweets"]
        require(sent == [tweet.root for tweet in tweets], "other tweets are sent on")
        written = io.StringIO()
        csv.writer(written, quoting=csv.QUOTE_ALL).writerows([tweet] for tweet in sent)
        require(decode["text/csv"](written.getvalue(), _MAX_ROWS) == tweets, "tweets change in CSV")
        if content_type == "application/json":
            require(json.loads(text) == {"tweets": sent}, "another document")

    return _refusing(lambda data: check(parsing.utf8(data)))


def _documents(read: Callable[[Any], Any], check: Callable[[Any], None]) -> Parse:
    """Each JSON document is refused, or what is read of it passes the check."""
    from prediction_service import parsing

    return _refusing(lambda data: check(read(parsing.json_document(parsing.utf8(data)))))


def _refusing(parse: Parse) -> Parse:
    """The same, for which a Problem that refuses an input is no fault."""
    from prediction_service.problem import Problem

    def refusing(data: bytes) -> None:
        try:
            parse(data)
        except Problem as problem:
            _check_refusal(problem)

    return refusing


def _check_refusal(problem: Any) -> None:
    require(problem.status in _REFUSALS, f"status {problem.status}")
    problem.body("id")


def _events() -> Parse:
    """Any event has an answer; a 200 has what the played model says to what was sent on."""
    find_modules()
    import churn_api
    import emoji_api
    import translation_api
    from aws_lambda_powertools import Logger
    from prediction_service.environment import Environment

    from quality.fuzz.played import PlayedEmojis, PlayedRuntime, PlayedScores, PlayedTranslation

    log = io.StringIO()
    environment = Environment.read({"ENDPOINT_NAME": "e", "ALLOWED_ORIGINS": "https://app.example.com"})
    logger = Logger(service="fuzz", stream=log)

    def handler(api: Any, played: PlayedRuntime) -> tuple[Any, PlayedRuntime]:
        return api.create_handler(environment, played, logger), played

    # One that takes rows, one that takes a document, and one that takes texts of people.
    handlers = [
        handler(churn_api, PlayedScores()),
        handler(translation_api, PlayedTranslation()),
        handler(emoji_api, PlayedEmojis()),
    ]

    def parse(data: bytes) -> None:
        event = _object(data)
        if event is None:
            return
        # Incomplete events are refused all alike, so that little else would be reached.
        given = event if event.keys() & {"sentences", "tweets"} else complete(event)
        for handle, played in handlers:
            played.sent = b""
            answer = handle(given, played)
            log.seek(0)
            log.truncate()
            if "statusCode" in answer:
                _check_answer(answer, played)
            else:
                _check_object(answer, played)

    return parse


def _check_answer(answer: dict[str, Any], played: Any) -> None:
    require(answer["statusCode"] in _ANSWERS, f"status {answer['statusCode']}")
    kind = answer["multiValueHeaders"].get("Content-Type", [""])[0]
    require((answer["statusCode"] >= 400) == (kind == "application/problem+json"), f"type {kind}")
    if played.sent:
        require(answer["body"] == played.expected(kind), "another answer than the model's")


def _check_object(answer: dict[str, Any], played: Any) -> None:
    if played.sent:
        require(answer == json.loads(played.expected("application/json")), "another answer than the model's")
    else:
        require(answer["status"] in _REFUSALS, f"status {answer['status']}")


def _object(data: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


TARGETS = (
    Target("api-csv", "CSV bodies", _MODULES, lambda: together(_rows("text/csv"), _tweets("text/csv"))),
    Target(
        "api-json",
        "JSON bodies",
        (*_MODULES, "deepar_image"),
        lambda: together(_rows("application/json"), _series(), _sentences(), _tweets("application/json")),
    ),
    Target("api-event", "proxy events, and objects that are bodies", _MODULES, _events),
)
