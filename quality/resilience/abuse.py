"""Bad input: thousands of wrong bodies, and every named wrong request, against handlers and the live API."""

import importlib
import io
import json
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger

from quality.fuzz.played import PlayedScores
from quality.fuzz.proxy_event import complete
from quality.fuzz.target import ROOT, row_apis
from quality.resilience.bad_inputs import Generator
from quality.resilience.live_abuse import LiveApi, live
from quality.resilience.promise import Context, Figure, Result, exactly
from quality.resilience.reference import Reference
from quality.resilience.tally import Answer, Tally, is_problem
from quality.resilience.wrong_input.bodies import WRONG_BODIES
from quality.resilience.wrong_input.on_the_wire import WRONG_REQUESTS
from quality.resilience.wrong_input.requests import MAX_BODY_BYTES, MAX_ROWS, WRONG_TRANSPORT

_ROW = "ME,118,408,384-8723,yes,yes,21,{minutes},122,26.61,209.2,125,17.78,158.7,81,7.14,11.1,3,3.0,4"
_SEED = 20_261_126
_VARIABLES = {"ENDPOINT_NAME": "e", "ALLOWED_ORIGINS": "https://app.example.com,https://admin.example.com"}

Handler = Callable[[dict[str, Any]], tuple[Answer, bytes]]


def measure(context: Context) -> Result:
    """The generated bodies go to the handlers that take rows; the live API gets a part of churn's."""
    named, generated, alive = Tally(), Tally(), Tally()
    size = context.size
    context.note("the named requests, to churn's handler")
    _named(named)
    workloads = scored()
    for workload in workloads:
        context.note(f"generated bodies, to the handler of {workload}")
        generate(generated, workload, -(-size.bad_inputs // len(workloads)))
    context.note("named and generated requests, to the live API")
    with live(context) as api:
        _live(alive, api, size.live_bad_inputs)
        context.note(f"{size.at_once:,} requests at once, to the live API")
        own, later = _at_once(api, size.at_once)
    every = (named, generated, alive)
    for example in (example for tally in every for example in tally.examples):
        context.note(example)
    return Result(
        "Bad input is refused by a problem that a page may read and that repeats nothing of it",
        [
            Figure("named bad requests", named.bad, "", at_least=120),
            Figure("generated bad bodies", generated.bad, "", at_least=size.bad_inputs),
            Figure("requests of both kinds to the live API", alive.bad, ""),
            Figure("right bodies among them", sum(one.right for one in every), ""),
            exactly("5xx", sum(one.faults for one in every), "", 0),
            exactly("wrong 200", sum(one.wrong for one in every), "", 0),
            exactly("right bodies refused", sum(one.refused for one in every), "", 0),
            exactly("no problem+json with CORS headers", sum(one.malformed for one in every), "", 0),
            exactly("a body or a trace in an answer or log", sum(one.leaks for one in every), "", 0),
            Figure(f"of {size.at_once:,} requests at once answered by their own prediction", own, ""),
            exactly("and put off by 429 or 503", later, "", size.at_once - own),
        ],
    )


def scored() -> list[str]:
    """The workloads that answer rows with scores: a played endpoint can do as theirs does."""
    return [workload for workload in row_apis() if "score" in _prediction(document(workload))]


def _prediction(openapi: Any) -> Any:
    """The fields of one prediction, none where the document calls it otherwise."""
    return openapi["components"]["schemas"].get("Prediction", {}).get("properties", {})


def _named(tally: Tally) -> None:
    """The tables, with the status that they expect."""
    log = io.StringIO()
    handle = handler("churn", log, {"MAX_BODY_BYTES": str(MAX_BODY_BYTES), "MAX_ROWS": str(MAX_ROWS)})
    for one in (*WRONG_TRANSPORT, *WRONG_BODIES):
        answer, _ = handle(one.request)
        tally.refusal(one.name, answer, one.status)
    tally.log(log.getvalue())


def generate(tally: Tally, workload: str, bad: int) -> None:
    """Send generated bodies until so many of them were bad."""
    log = io.StringIO()
    handle = handler(workload, log)
    reference = Reference.of(document(workload), f"/{workload}")
    until = tally.bad + bad
    for body, content_type in Generator(reference, _SEED).bodies():
        if tally.bad >= until:
            break
        answer, sent = handle(_event(workload, body, content_type))
        rows = reference.rows(body, content_type)
        if rows is None:
            tally.refusal(f"{content_type} {body!r}", answer)
        else:
            expected = written(workload, rows)
            tally.prediction(
                f"{content_type} {body!r}", answer, _played(workload, expected), sent == expected
            )
    tally.log(log.getvalue())


def _live(tally: Tally, api: LiveApi, bad: int) -> None:
    for one in WRONG_REQUESTS:
        headers = dict(one.headers) | ({"Content-Type": one.content_type} if one.content_type else {})
        tally.refusal(one.name, api.send(one.method, one.path, one.body or b"", headers), one.status)
    reference = Reference.of(document("churn"), "/churn")
    until = tally.bad + bad
    for body, content_type in Generator(reference, _SEED + 1).bodies():
        if tally.bad >= until:
            break
        answer = api.send("POST", "/prod/churn", body, {"Content-Type": content_type})
        rows = reference.rows(body, content_type)
        if rows is None:
            tally.refusal(f"{content_type} {body!r}", answer)
        else:
            expected = api.predict(written("churn", rows))
            tally.prediction(f"{content_type} {body!r}", answer, expected, True)
    for text in api.logs():
        tally.log(text)


def _at_once(api: LiveApi, count: int) -> tuple[int, int]:
    """Requests of one row each, all different: how many got their own prediction, how many a later time."""
    rows = [_ROW.format(minutes=number / 4) for number in range(count)]
    expected = api.predict("".join(f"{row}\n" for row in rows).encode())["predictions"]
    answers = api.send_at_once("/prod/churn", [row.encode() for row in rows])
    own = later = 0
    for answer, prediction in zip(answers, expected, strict=True):
        document = json.loads(answer.body)
        own += answer.status == 200 and document == {"predictions": [prediction]}
        later += answer.status in (429, 503) and is_problem(answer) and "retry-after" in answer.headers
    return own, later


def handler(workload: str, log: io.StringIO, variables: Mapping[str, str] | None = None) -> Handler:
    """A workload's function before a played endpoint: an event to an answer, and what the endpoint got."""
    api = row_apis()[workload]
    environment = importlib.import_module("prediction_service.environment").Environment
    runtime = PlayedScores(with_labels=workload == "churn")
    handle = api.create_handler(
        environment.read({**_VARIABLES, **(variables or {})}),
        runtime,
        Logger(service=f"abuse-{workload}-{id(log)}", stream=log),
    )

    def call(event: dict[str, Any]) -> tuple[Answer, bytes]:
        runtime.sent = b""
        raw = handle(event, runtime)
        headers = {name.lower(): ", ".join(values) for name, values in raw["multiValueHeaders"].items()}
        return Answer(raw["statusCode"], headers, raw["body"].encode()), runtime.sent

    return call


def document(workload: str) -> Any:
    """The workload's OpenAPI document."""
    return json.loads((ROOT / "lambda" / f"predict_{workload}" / "openapi.json").read_text())


def written(workload: str, rows: list[dict[str, Any]]) -> bytes:
    """What the endpoint has to get for these rows: raw columns, or the bank's features as in training."""
    texts = [[str(value) for value in row.values()] for row in rows]
    if workload == "bank":
        encoding = importlib.import_module("bank_encoding")
        texts = [encoding.encode(dict(zip(encoding.FIELDS, row, strict=True))) for row in texts]
    return "".join(",".join(row) + "\n" for row in texts).encode()


def _played(workload: str, sent: bytes) -> Any:
    runtime = PlayedScores(with_labels=workload == "churn")
    runtime.sent = sent
    return json.loads(runtime.expected("application/json"))


def _event(workload: str, body: bytes, content_type: str) -> dict[str, Any]:
    headers = {"Content-Type": [content_type], "Origin": ["https://app.example.com"]}
    return complete(
        {
            "httpMethod": "POST",
            "path": f"/{workload}",
            "multiValueHeaders": headers,
            # As API Gateway hands over a text: what is not UTF-8 has become U+FFFD.
            "body": body.decode("utf-8", "replace"),
        }
    )
