"""A client of SageMaker Runtime that a test plays."""

import io
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

from botocore.response import StreamingBody


@dataclass
class PlayedRuntime(ABC):
    """Keeps what it was called with; its endpoint replies as it should, or `answer` to all."""

    answer: str | None = None
    calls: list[dict[str, Any]] = field(default_factory=list)

    @abstractmethod
    def reply(self, body: str, accept: str) -> str:
        """What the endpoint makes of a request's body."""

    def invoke_endpoint(self, **request: Any) -> dict[str, Any]:
        self.calls.append(request)
        reply = self.answer
        if reply is None:
            reply = self.reply(request["Body"].decode(), request["Accept"])
        body = reply.encode()
        return {"Body": StreamingBody(io.BytesIO(body), len(body)), "ContentType": request["Accept"]}
