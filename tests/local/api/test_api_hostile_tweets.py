"""Hostile tweets through the live emoji API: no 5xx, and none of them in a log, a header or a response."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from assemblies import Assembly
from live_api import Answer, LiveApi, PlayedChain, live_api

from local.endpoint.chain import Log, ModelError
from local.http.client import Response
from quality.resilience.wrong_input import tweets as hostile
from quality.resilience.wrong_input.requests import MARK

EMOJIS = ["\U0001f602", "\U0001f62d", "\u2764\ufe0f", "\U0001f525", "\U0001f914"]
RECOMMENDATION = {
    "emojis": [{"emoji": emoji, "share": 0.1} for emoji in EMOJIS],
    "recommended": False,
    "truncated": False,
}
AT_ONCE = 100

type Leaks = Callable[[Answer], list[tuple[str, str]]]


class PlayedEmojis(PlayedChain):
    """The same for each tweet; to a request of one, the failure of a server that repeats its input."""

    async def invoke(
        self, body: bytes, content_type: str | None, accept: str | None, headers: Iterable[tuple[str, str]]
    ) -> Response:
        tweets = json.loads(body)["tweets"]
        if len(tweets) == 1:
            raise ModelError(
                "emoji",
                400,
                json.dumps({"error": f"Malformed: {tweets}"}),
                Log("container.log", "arn:aws:logs:eu-west-1:000000000000:log-group:emoji"),
            )
        answers = {"predictions": [RECOMMENDATION] * len(tweets)}
        return Response(200, {"content-type": str(accept)}, json.dumps(answers).encode())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("emoji")


@pytest.fixture(scope="module")
def api(dev: Assembly, folder: Path) -> Iterator[LiveApi]:
    with live_api(dev.folder, folder, "slipway-dev-emoji", PlayedEmojis) as live:
        yield live


def post(api: LiveApi, body: bytes, content_type: str = "application/json") -> Answer:
    return api.signed("POST", "/prod/emoji", body, {"Content-Type": content_type})


def written(*tweets: str) -> bytes:
    return json.dumps({"tweets": tweets}).encode()


@pytest.fixture
def leaks(api: LiveApi, folder: Path, capfd: pytest.CaptureFixture[str]) -> Leaks:
    """Where the mark is after an answer: in it, in a log, in what the runner says; each with its text."""

    def found(answer: Answer) -> list[tuple[str, str]]:
        logs = {str(path): path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file()}
        assert any(path.endswith("function.log") for path in logs)
        said = {"answer": answer.text, "headers": str(answer.headers), "refusals": str(api.refusals)}
        texts = {**logs, **said, "output": "".join(capfd.readouterr())}
        return [(place, text) for place, text in texts.items() if MARK in text]

    return found


@pytest.mark.parametrize("first", [0, len(hostile.ACCEPTED) - AT_ONCE], ids=["the first", "the last"])
def test_a_hundred_are_answered(api: LiveApi, first: int, leaks: Leaks) -> None:
    answer = post(api, written(*[*hostile.ACCEPTED.values()][first : first + AT_ONCE]))

    assert answer.status == 200
    assert answer.document == {"predictions": [RECOMMENDATION] * AT_ONCE}
    assert leaks(answer) == []


@pytest.mark.parametrize("tweet", hostile.REFUSED.values(), ids=hostile.REFUSED.keys())
def test_one_that_is_refused_is_named_by_its_index(api: LiveApi, tweet: str, leaks: Leaks) -> None:
    answer = post(api, written("I", tweet))

    assert (answer.status, answer.document["errors"][0]["pointer"]) == (422, "#/tweets/1")
    assert leaks(answer) == []


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (written(MARK * 1_310_720), "application/json", 413),
        (MARK.encode() * 1_310_720, "text/csv", 413),
        (written(MARK), "application/json", 400),
        (MARK.encode() + b"\0", "text/csv", 422),
        (written(MARK)[:-1], "application/json", 400),
        (json.dumps({"tweets": MARK}).encode(), "application/json", 400),
        (b'{"tweets": ["\xff' + MARK.encode() + b'", "I"]}', "application/json", 200),
        (b"\xed\xa0\xbd" + MARK.encode() + b"\nI\n", "text/csv", 200),
    ],
    ids=[
        "10 MB",
        "10 MB of CSV",
        "a failure that repeats it",
        "NUL",
        "a body that ends early",
        "a text for an array",
        "no UTF-8",
        "a surrogate in UTF-8",
    ],
)
def test_no_body_is_repeated(
    api: LiveApi,
    body: bytes,
    content_type: str,
    status: int,
    leaks: Leaks,
) -> None:
    answer = post(api, body, content_type)

    assert answer.status == status
    assert leaks(answer) == []
