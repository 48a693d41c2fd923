"""Clients of SageMaker Runtime that play an endpoint for a function; each is also the function's context."""

import io
import json
import zlib
from abc import ABC, abstractmethod
from typing import Any

from botocore.response import StreamingBody


class PlayedRuntime(ABC):
    """Answers what it is sent, and keeps it in `sent`."""

    def __init__(self) -> None:
        self.sent = b""

    def get_remaining_time_in_millis(self) -> int:
        return 25_000

    def invoke_endpoint(self, **request: Any) -> dict[str, Any]:
        self.sent = request["Body"]
        body = self.expected(request["Accept"]).encode()
        return {"Body": StreamingBody(io.BytesIO(body), len(body)), "ContentType": request["Accept"]}

    @abstractmethod
    def expected(self, media_type: str) -> str:
        """What the function has to answer for what it sent."""


class PlayedScores(PlayedRuntime):
    """Answers each row by a score that follows from its text, with churn's label or without."""

    def __init__(self, *, with_labels: bool = True) -> None:
        super().__init__()
        self._with_labels = with_labels

    def expected(self, media_type: str) -> str:
        scores = [round(zlib.crc32(row) / 2**32, 6) for row in self.sent.splitlines()]
        if media_type == "text/csv":
            return "".join(f"{score > 0.5 if self._with_labels else score}\n" for score in scores)
        labels = [{"churn": score > 0.5} if self._with_labels else {} for score in scores]
        return _written([{**label, "score": score} for label, score in zip(labels, scores, strict=True)])


class PlayedTranslation(PlayedRuntime):
    """Answers each sentence by its words in the opposite order."""

    def expected(self, media_type: str) -> str:
        sentences = [instance["data"].split() for instance in json.loads(self.sent)["instances"]]
        return _written([{"target": " ".join(reversed(words))} for words in sentences])


class PlayedEmojis(PlayedRuntime):
    """Answers each tweet by five emojis that follow from its text."""

    def expected(self, media_type: str) -> str:
        return _written([_recommendation(tweet) for tweet in json.loads(self.sent)["tweets"]])


def _recommendation(tweet: str) -> dict[str, Any]:
    first = zlib.crc32(tweet.encode()) % 50
    emojis = [{"emoji": chr(0x1F600 + first + number), "share": 0.2 - number / 50} for number in range(5)]
    return {"emojis": emojis, "recommended": first > 25, "truncated": len(tweet) > 100}


def _written(predictions: list[dict[str, Any]]) -> str:
    return json.dumps({"predictions": predictions}, separators=(",", ":"), ensure_ascii=False)
