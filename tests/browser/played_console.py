"""The console's page before data and APIs that a test plays, as `slipway serve` serves it."""

import asyncio
import json
import math
import threading
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from in_background import in_background
from patience import PATIENCE

from assembly.project import PROJECT
from local.api.request import Scope
from local.console.site import Send, Site
from local.http.bodies import Receive
from local.http.listener import bind, listening

TITLES = {
    "churn": "form",
    "bank": "form",
    "forecast": "forecast",
    "translation": "translation",
    "emoji": "emoji",
}
CHURN_ROW = "KS,186,510,400-6454,no,no,0,137.8,97,23.43,187.7,118,15.95,146.4,85,6.59,8.7,6,2.35,1"


def contract(workload: str) -> dict[str, Any]:
    text = (PROJECT / "lambda" / f"predict_{workload}" / "openapi.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def _path(document: Mapping[str, Any]) -> str:
    return next(path for path, methods in document["paths"].items() if "post" in methods)


def _workload(name: str, view: str) -> dict[str, Any]:
    document = contract(name)
    return {
        "name": name,
        "title": document["info"]["title"],
        "summary": document["info"]["description"],
        "path": _path(document),
        "openapi": f"data/openapi/{name}.json",
        "view": view,
        "trained": True,
        "example": {"text": f"{CHURN_ROW}\n", "type": "text/csv"} if name == "churn" else None,
    }


def documents() -> dict[str, Any]:
    """What the page reads where everything is there."""
    workloads = [_workload(name, view) for name, view in TITLES.items()]
    apis = {name: {"url": f"/api/{name}/prod"} for name in TITLES}
    config = {"environment": "dev", "region": "eu-central-1", "apis": apis, "auth": {"type": "none"}}
    return {
        "config.json": config,
        "data/workloads.json": {"workloads": workloads},
        **{f"data/openapi/{name}.json": contract(name) for name in TITLES},
        "data/runs.json": {"runs": [_run("b7", "running"), _run("a3", "succeeded")]},
        "data/experiments/churn.json": {"trials": [_trial(number) for number in range(1, 7)]},
        "data/monitoring/churn.json": _monitoring(),
        "data/series/forecast.json": {"step": 7200, "series": [_series(f"client {one}") for one in (1, 2)]},
        "data/deployed.json": _deployed(),
    }


def _run(name: str, status: str) -> dict[str, Any]:
    steps = [("Split", []), ("Preprocess", ["Split"]), ("Fit", ["Preprocess"]), ("Baseline", ["Split"])]
    states = {"Split": "succeeded", "Preprocess": "succeeded", "Fit": status, "Baseline": "waiting"}
    return {
        "workload": "churn",
        "name": name,
        "status": status,
        "started": "2026-11-30T10:00:00+00:00",
        "ended": None,
        "seconds": 61.5,
        "failure": None,
        "parameters": {"MaxDepth": 5, "Rounds": 100 if name == "a3" else 120},
        "metrics": {"f1": 0.81 if name == "a3" else 0.84},
        "steps": [
            {"name": one, "type": "Training", "status": states[one], "after": after, "seconds": 3.2}
            for one, after in steps
        ],
    }


def _trial(number: int) -> dict[str, Any]:
    row = {
        "validation:f1_min": 0.5 + number / 50,
        "ObjectiveMetric_max": 0.6 + number / 30,
        "eta": number / 10,
    }
    started = f"2026-11-30T10:0{number % 3}:00+00:00"
    return {
        "name": f"trial-{number}",
        "display": f"trial {number}",
        "status": "Completed",
        "started": started,
        "row": {**row, "booster": "gbtree" if number % 2 else "dart"},
    }


def _monitoring() -> dict[str, Any]:
    buckets = [{"lower_bound": one, "upper_bound": one + 10, "count": 50 - one} for one in range(0, 50, 10)]
    later = [{**one, "count": one["lower_bound"] + 5} for one in buckets]
    numbers = {"numerical_statistics": {"distribution": {"kll": {"buckets": buckets}}}}
    captured = {"numerical_statistics": {"distribution": {"kll": {"buckets": later}}}}
    violation = {
        "feature_name": "Day Mins",
        "constraint_check_type": "baseline_drift_check",
        "description": "Baseline drift distance: 0.3955 exceeds threshold: 0.1",
    }
    feature = {"name": "Day Mins", "inferred_type": "Fractional", "drift": 0.3955, "threshold": 0.1}
    return {
        "workload": "churn",
        "reports": [
            {
                "end": "2026-11-30T12:00:00Z",
                "rows": 33,
                "violations": [violation],
                "features": [
                    {**feature, "baseline": numbers, "captured": captured},
                    {"name": "State", "inferred_type": "String", "summary": "4 values", "baseline": None},
                ],
            }
        ],
        "history": [
            {"time": f"2026-11-{day}T12:00:00Z", "status": "succeeded", "metrics": {"violations": day - 27}}
            for day in (28, 29, 30)
        ],
    }


def _series(name: str) -> dict[str, Any]:
    values = [
        round(30 + 12 * math.sin(at / 12 * 2 * math.pi) + 4 * math.sin(at / 84 * 2 * math.pi), 2)
        for at in range(12 * 7 * 24)
    ]
    return {"name": name, "start": "2014-06-02 00:00:00", "values": values, "special": ["2014-10-12"]}


def _deployed() -> dict[str, Any]:
    image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/xgboost:1.7-1"
    containers = [{"name": "preprocess", "image": image}, {"name": "xgboost", "image": image}]
    return {
        "endpoints": [
            {
                "name": "slipway-dev-churn",
                "workload": "churn",
                "variant": "AllTraffic",
                "containers": containers,
            }
        ],
        "apis": [{"name": "slipway-dev-churn", "workload": "churn", "url": "/api/churn/prod"}],
        "alarms": [{"description": "Errors of the API", "metric": "5XXError", "threshold": 1}],
        "cost": {"currency": "USD", "month": 142.5},
        "rehearsal": {"verdict": "can be deployed", "changes": 3},
    }


@dataclass
class Answer:
    """What an API answers; where it has a gate, not before the test opens it."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    gate: threading.Event | None = None

    @classmethod
    def of(cls, document: Any, status: int = 200, **headers: str) -> "Answer":
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return cls(json.dumps(document).encode(), status, named)


def forecast(body: Mapping[str, Any]) -> dict[str, Any]:
    """As the contract has it: 84 points of each quantile that is asked for."""
    curve = [30 + 12 * math.sin(at / 12 * 2 * math.pi) for at in range(84)]
    spread = {one: [value + (one - 0.5) * 12 for value in curve] for one in body["quantiles"]}
    found = {
        "timestamps": [f"2014-09-{1 + at // 12:02} {at % 12 * 2:02}:00:00" for at in range(84)],
        "mean": curve,
        "quantiles": {str(one): values for one, values in spread.items()},
    }
    if body.get("samples"):
        found["samples"] = [[value + number - 4 for value in curve] for number in range(8)]
    return {"forecasts": [found]}


SUGGESTIONS = [
    {"emoji": one, "share": share}
    for one, share in zip("😂❤😍🎉🔥", (0.41, 0.2, 0.1, 0.05, 0.02), strict=True)
]
GOOD: Mapping[str, Callable[[bytes], Answer]] = {
    "churn": lambda _: Answer.of({"predictions": [{"churn": True, "score": 0.97}]}),
    "bank": lambda _: Answer.of({"predictions": [{"score": 0.034}]}),
    "forecast": lambda body: Answer.of(forecast(json.loads(body))),
    "translation": lambda _: Answer.of({"predictions": [{"target": "Ich liebe dich"}]}),
    "emoji": lambda _: Answer.of(
        {"predictions": [{"emojis": SUGGESTIONS, "recommended": True, "truncated": False}]}
    ),
}


@dataclass
class PlayedConsole:
    """`documents` and `answers` are read at each request: a test changes what it needs."""

    documents: dict[str, Any] = field(default_factory=documents)
    answers: dict[str, Callable[[bytes], Answer]] = field(default_factory=lambda: dict(GOOD))
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def read(self, path: str) -> Any:
        return self.documents.get(path)

    def api(self, workload: str) -> Callable[..., Any]:
        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            body, more = b"", True
            while more:
                message: MutableMapping[str, Any] = await receive()
                body, more = body + message.get("body", b""), message.get("more_body", False)
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            self.requests.append((workload, headers, body))
            answer = self.answers[workload](body)
            if answer.gate:
                await asyncio.to_thread(answer.gate.wait, PATIENCE)
            pairs = {
                "content-type": "application/json",
                "content-length": str(len(answer.body)),
                **answer.headers,
            }
            coded = [(name.encode(), value.encode()) for name, value in pairs.items()]
            await send({"type": "http.response.start", "status": answer.status, "headers": coded})
            await send({"type": "http.response.body", "body": answer.body})

        return application


@contextmanager
def played_console(folder: Path = PROJECT / "web") -> Iterator[PlayedConsole]:
    """The page, for the time of the block."""
    played = PlayedConsole()
    apis = {name: played.api(name) for name in TITLES}
    site = Site(played, apis, folder)  # type: ignore[arg-type]

    async def serve(ready: Callable[[], None], stop: asyncio.Event) -> None:
        with bind(0) as listener:
            played.url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
            async with listening(site, listener):
                ready()
                await stop.wait()

    with in_background("the console", serve):
        yield played
