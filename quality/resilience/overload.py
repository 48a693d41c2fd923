"""Twice the load that an endpoint can take, offered by autocannon: the excess is refused, the rest served."""

import asyncio
import json
import statistics
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assembly.errors import SlipwayError
from local.chaos.load import Question, Target
from local.timing import SAGEMAKER
from quality.bench.data import Rows
from quality.resilience.promise import Context, Figure, Result, exactly
from quality.resilience.serve_process import serving

_DRIVER = Path(__file__).with_name("autocannon") / "drive.mjs"
_JSON = "application/json"
_QUESTIONS = 200
# Rows a request. To refuse a request of one row costs this machine a good part of answering it: two cores
# parse, refuse and generate them.
_BULK, _SINGLE = 500, 1
# What the generator is told, so that at least 1.9 of the peak is sent in fact.
_TOLD = 2.1
_PROBE = 500
# More than are in the chain at a time, so that it is never idle, and fewer than it and the queue hold.
_CLOSED = 64
# So many that one a second or two is enough of each: one that waits in the endpoint's queue is back in time.
_OPEN = 640
_LONGEST = 120


@dataclass(frozen=True)
class Offered:
    """What came of a load."""

    document: Mapping[str, Any]

    @property
    def goodput(self) -> float:
        """Right answers a second, in the middle of the time."""
        return float(self.document["middle"]["right"] / self.document["middle"]["seconds"])

    @property
    def offered(self) -> float:
        """Requests a second, in the middle of the time."""
        return float(self.document["middle"]["sent"] / self.document["middle"]["seconds"])

    def count(self, what: str) -> int:
        """How many in all were `sent`, or answered `right`, `refused`, `unclear` or `wrong`."""
        return int(self.document["all"][what])

    @property
    def unanswered(self) -> int:
        answered = sum(self.count(what) for what in ("right", "refused", "unclear", "wrong"))
        return self.count("sent") - answered + int(self.document["errors"])


def measure(context: Context) -> Result:
    rows = Rows.generate(context.folder.parent, 1_000).lines
    with serving(context.assembly, context.folder, ["churn"]) as served:
        [endpoint] = served.state.endpoints
        url = f"{served.state.url}/endpoints/{endpoint.name}/invocations"
        found = []
        for size in (_BULK, _SINGLE):
            bodies = [b"".join(rows[first : first + size]) for first in range(_QUESTIONS)]
            target = Target(served.port, endpoint.name, accept=_JSON, timeout=SAGEMAKER.answer)
            generator = _Generator(url, asyncio.run(target.questions(bodies)))
            found.append(_rounds(generator, size, context))
    return result(*found, judges_speed=context.size.judges_speed)


def _rounds(generator: "_Generator", size: int, context: Context) -> "Rounds":
    """Peak and overload in turn: what disturbs the machine disturbs both."""
    peaks, overloads = [], []
    rounds, seconds = context.size.overload_rounds, context.size.overload_seconds
    capacity = generator.offer(_PROBE, _CLOSED).goodput
    for number in range(1, rounds + 1):
        peaks.append(peak := generator.offer(round(capacity * seconds), _CLOSED))
        capacity = peak.goodput
        rate = _TOLD * capacity
        overloads.append(over := generator.offer(round(rate * seconds), _OPEN, rate))
        context.note(
            f"{size} rows a request, round {number} of {rounds}: peak {capacity:.0f}/s; "
            f"offered {over.offered:.0f}/s: {over.goodput:.0f}/s right"
        )
    return Rounds(peaks, overloads)


@dataclass(frozen=True)
class Rounds:
    """A load at the peak, then one of twice that, for as many rounds."""

    peaks: Sequence[Offered]
    overloads: Sequence[Offered]

    @property
    def every(self) -> Sequence[Offered]:
        return [*self.peaks, *self.overloads]

    @property
    def goodput(self) -> float:
        """What is answered right of twice the load, of the peak."""
        return self._ratio(lambda over: over.goodput)

    @property
    def offered(self) -> float:
        return self._ratio(lambda over: over.offered)

    def _ratio(self, of: Callable[[Offered], float]) -> float:
        pairs = zip(self.peaks, self.overloads, strict=True)
        return statistics.median(of(over) / peak.goodput for peak, over in pairs)


@dataclass(frozen=True)
class _Generator:
    url: str
    questions: Sequence[Question]

    def offer(self, requests: int, connections: int, rate: float = 0) -> Offered:
        """Send so many requests; without `rate` a connection sends its next when one is answered."""
        plan = {
            "url": self.url,
            "headers": {"Content-Type": "text/csv", "Accept": _JSON},
            "questions": [
                {"body": one.body.decode(), "golden": one.golden.body.decode()} for one in self.questions
            ],
            "requests": requests,
            "connections": connections,
            "rate": rate,
        }
        done = subprocess.run(
            ["node", str(_DRIVER)],  # noqa: S607 - the node that installed the CDK
            input=json.dumps(plan),
            capture_output=True,
            text=True,
            check=False,
            timeout=_LONGEST,
        )
        if done.returncode:
            raise SlipwayError(f"autocannon failed; run `make resilience`, which installs it: {done.stderr}")
        return Offered(json.loads(done.stdout))


def result(bulk: Rounds, single: Rounds, *, judges_speed: bool = True) -> Result:
    every = [*bulk.every, *single.every]
    bad = sum(one.count("unclear") + one.count("wrong") for one in every)
    return Result(
        f"Offered twice what it can take ({_BULK} rows a request), it serves as much as at its peak; "
        "the rest is told so at once",
        [
            Figure("peak", statistics.median(one.goodput for one in bulk.peaks), "right answers/s"),
            Figure("offered", bulk.offered, "of the peak", at_least=1.9 if judges_speed else None),
            Figure("goodput", bulk.goodput, "of the peak", at_least=0.9 if judges_speed else None),
            Figure("p99 at the peak", statistics.median(one.document["p99"] for one in bulk.peaks), "ms"),
            Figure("p99 of twice", statistics.median(one.document["p99"] for one in bulk.overloads), "ms"),
            Figure(
                "peak with one row a request",
                statistics.median(one.goodput for one in single.peaks),
                "right answers/s",
            ),
            Figure("offered of one row", single.offered, "of the peak"),
            Figure("goodput of one row", single.goodput, "of the peak"),
            Figure("sent", sum(one.count("sent") for one in every), "requests"),
            Figure("refused", sum(one.count("refused") for one in every), "with 429 or 503"),
            exactly("any other answer", bad, "", 0),
            exactly("not answered", sum(one.unanswered for one in every), "", 0),
            exactly("answered twice", sum(int(one.document["twice"]) for one in every), "", 0),
        ],
    )
