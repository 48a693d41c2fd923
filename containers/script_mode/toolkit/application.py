"""The HTTP side of a container: /ping, /invocations and /execution-parameters in front of one model."""

from typing import Protocol

from . import received
from .intake import Intake, Limits, Message, Receive, Send, send_response
from .received import Received
from .responses import Response, failure, problem


class Model(Protocol):
    """The model behind the server. `invoke` must be safe to call from two threads at the same time."""

    def invoke(self, body: bytes, content_type: str, accept: str) -> Response:
        """Answer one request; the two headers come verbatim, empty when the caller sent none."""

    def execution_parameters(self) -> Response | None:
        """The container's wishes for batch transform, or None when it has none (404)."""


class Application:
    """A raw ASGI application in front of one model."""

    def __init__(self, model: Model, limits: Limits) -> None:
        self._model = model
        self._intake = Intake(limits)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        if path == "/invocations":
            if method == "POST":
                response = await self._intake.answer(scope, receive, self._model.invoke)
            else:
                response = _not_allowed("POST")
        elif path == "/ping":
            response = Response(b"") if method == "GET" else _not_allowed("GET")
        elif path == "/execution-parameters":
            response = self._execution_parameters(scope) if method == "GET" else _not_allowed("GET")
        else:
            response = problem(404, "The container answers /ping, /invocations and /execution-parameters.")
        await send_response(response, send)

    def _execution_parameters(self, scope: Message) -> Response:
        received.request.set(Received(tuple(scope["headers"])))
        try:
            response = self._model.execution_parameters()
        except Exception as error:
            return failure(error)
        return response or problem(404, "This container has no execution parameters.")


def _not_allowed(method: str) -> Response:
    return problem(405, f"Use {method}.", ((b"allow", method.encode()),))
