"""The port on which scripts, and people, reach TensorFlow Serving's REST API."""

from toolkit.intake import Intake, Limits, Message, Receive, Send, send_response

from .rest import RestApi

# A script writes a request out in numbers, which are many times the text of its own.
_LIMITS = Limits(max_content_length=64 * 1024 * 1024, inline_bytes=0)


class RestApplication:
    """The REST API as a raw ASGI application, of which a worker thread works out the answers."""

    def __init__(self, api: RestApi) -> None:
        self._api = api
        self._intake = Intake(_LIMITS)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["raw_path"].decode("latin-1").partition("?")[0]
        response = await self._intake.answer(
            scope, receive, lambda body, *_: self._api.answer(method, path, body)
        )
        await send_response(response, send)
