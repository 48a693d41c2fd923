"""Requests at a steady pace, and the judgment on each answer: right, a clear refusal, or a fault of ours."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum

from assembly.errors import SlipwayError
from local.http.client import Client, HttpError, Response

# A request under way costs memory here and a place there; more would say nothing new.
_MOST_UNDER_WAY = 512
_BETWEEN_LOOKS = 0.01
_CLEAR = frozenset({424, 429, 503})


class Verdict(Enum):
    """`WRONG` is a success with another than the golden answer, `UNCLEAR` an error that explains nothing."""

    RIGHT = "right"
    REFUSED = "refused"
    UNCLEAR = "unclear"
    LOST = "lost"
    WRONG = "wrong"


@dataclass(frozen=True)
class Question:
    """A body, and the answer that the endpoint gives to it when it is well."""

    body: bytes
    golden: Response


class Target:
    """An endpoint of a runtime on a port; bodies are of `content_type`, answers are asked for as `accept`."""

    def __init__(
        self, port: int, endpoint: str, *, accept: str, timeout: float, content_type: str = "text/csv"
    ) -> None:
        self._client = Client(port)
        self._path = f"/endpoints/{endpoint}/invocations"
        self._headers = [("Content-Type", content_type), ("Accept", accept)]
        self._timeout = timeout

    async def ask(self, body: bytes) -> Response:
        return await self._client.request("POST", self._path, self._headers, body, self._timeout)

    async def questions(self, bodies: Sequence[bytes]) -> list[Question]:
        """The bodies with their golden answers, each asked twice.

        Raises SlipwayError for a body that is refused or answered differently the second time.
        """
        found = []
        for body in bodies:
            golden, again = await self.ask(body), await self.ask(body)
            if golden.status != 200:
                raise SlipwayError(
                    f"the endpoint returned {golden.status} before any fault was injected: "
                    f"{golden.body[:500]!r}"
                )
            if golden.body != again.body:
                raise SlipwayError("the endpoint answers the same body differently: nothing can be judged")
            found.append(Question(body, golden))
        return found


class Load:
    """Sends `rate` requests a second, whatever becomes of them, and counts the verdicts."""

    def __init__(self, target: Target, questions: Sequence[Question], rate: float, seed: int) -> None:
        self._target, self._questions = target, questions
        self._rate = rate
        self._random = random.Random(seed)  # noqa: S311 - to repeat a run, not to guard a secret
        self._under_way: dict[asyncio.Task[None], float] = {}
        self._last_right = 0.0
        self.verdicts: Counter[Verdict] = Counter()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send for the time of the block; at its end the answers under way are waited for."""
        sending = asyncio.ensure_future(self._send())
        try:
            yield
        finally:
            sending.cancel()
            await asyncio.gather(sending, *self._under_way, return_exceptions=True)

    def send(self) -> None:
        """Send one request, beside those of the steady pace."""
        task = asyncio.create_task(self._one(self._random.choice(self._questions)))
        self._under_way[task] = time.monotonic()
        task.add_done_callback(self._under_way.pop)

    async def right_after(self, moment: float, longest: float) -> float | None:
        """Seconds from `moment` to the first right answer to a request sent after it, at most `longest`."""
        while self._last_right <= moment:
            if time.monotonic() - moment > longest:
                return None
            await asyncio.sleep(0.001)
        return self._answered - moment

    async def settled(self) -> None:
        """Return when every request that was sent before now is answered."""
        now = time.monotonic()
        while any(sent <= now for sent in self._under_way.values()):
            await asyncio.sleep(_BETWEEN_LOOKS)

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        following = loop.time()
        while True:
            following += 1 / self._rate
            await asyncio.sleep(following - loop.time())
            if len(self._under_way) < _MOST_UNDER_WAY:
                self.send()

    async def _one(self, question: Question) -> None:
        sent = time.monotonic()
        try:
            verdict = judge(question.golden, await self._target.ask(question.body))
        except HttpError:
            verdict = Verdict.LOST
        self.verdicts[verdict] += 1
        if verdict is Verdict.RIGHT and sent > self._last_right:
            self._last_right, self._answered = sent, time.monotonic()


def judge(golden: Response, answer: Response) -> Verdict:
    """The verdict on a response that is compared with the golden one."""
    if answer.status == 200:
        same = answer.body == golden.body and _type(answer) == _type(golden)
        return Verdict.RIGHT if same else Verdict.WRONG
    return Verdict.REFUSED if answer.status in _CLEAR and _explains(answer) else Verdict.UNCLEAR


def _explains(answer: Response) -> bool:
    """Whether an error has SageMaker Runtime's form; a 503 also says when to come again."""
    try:
        explained = bool(json.loads(answer.body)["Message"]) and "x-amzn-errortype" in answer.headers
    except (ValueError, KeyError, TypeError):
        return False
    return explained and (answer.status != 503 or "retry-after" in answer.headers)


def _type(answer: Response) -> str:
    return answer.headers.get("content-type", "")
