"""An API's stage as an ASGI application: what API Gateway does with a request, in its order."""

import asyncio
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, Protocol

from local.api.answer import Answer
from local.api.authorization import Authorization
from local.api.declaration import Api, Method
from local.api.event import Context, proxy_answer, proxy_event
from local.api.permissions import Permissions
from local.api.refusals import Refused, render
from local.api.request import BODY_SECONDS, LARGEST_BODY, Request, Scope
from local.api.routes import Match, match
from local.api.sandbox import EventTooLargeError, FunctionFailedError, ThrottledError
from local.api.throttle import Bucket
from local.api.validation import Validator
from local.http.bodies import Bodies, BodyError, NoRoomError, Receive, TooLargeError
from rehearsal.iam.enforcement import OFF, Iam

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_FORBIDDEN = Answer(403, [("content-type", "application/json")], b'{"message":"Forbidden"}')
_WITHOUT_BODY = (204, 304)


class Invocable(Protocol):
    """The function as the gateway calls it."""

    async def invoke(self, event: Mapping[str, Any], request_id: str) -> Any:
        """What the handler returns for the event."""
        ...


class Gateway:
    """Answers requests below `/<stage>`; `functions` are those of the API by their ARN.

    In this order: size, route, authorization, throttling, validation, function, for which `iam` is asked.
    Every request becomes a line of the access log in the stage's format; `note` is told why the gateway
    refused one.
    """

    def __init__(
        self,
        api: Api,
        functions: Mapping[str, Invocable],
        access_log: Path,
        note: Callable[[str], None],
        bodies: Bodies | None = None,
        *,
        iam: Iam = OFF,
    ) -> None:
        self._permissions = Permissions(iam, api)
        self.authorization = Authorization(api)
        self._api = api
        self._functions = functions
        self._access_log = access_log
        self._note = note
        self._bodies = bodies or Bodies(LARGEST_BODY)
        limits = {_key(method): api.limit(method) for method in api.methods}
        self._buckets = {key: Bucket(limit) for key, limit in limits.items() if limit}
        self._validators = {_key(method): Validator(method) for method in api.methods}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request.from_scope(scope)
        stage, path = _split(request.path)
        if stage != self._api.stage:
            await _send(send, _FORBIDDEN)
            return
        context = Context(self._api, request, path)
        try:
            async with self._bodies.whole(receive, BODY_SECONDS) as request.body:
                answer = await self._answer(context)
        except BodyError as error:
            answer = self._refuse(context, _refused(error))
        except Refused as refused:
            answer = self._refuse(context, refused)
        except Exception:
            traceback.print_exc()
            answer = self._refuse(context, Refused("DEFAULT_5XX", "the runner failed"))
        answer.headers.append(("x-amzn-requestid", context.request_id))
        answer.headers.append(("x-amz-apigw-id", context.extended_request_id))
        self._log(context, answer)
        await _send(send, answer)

    async def _answer(self, context: Context) -> Answer:
        request = context.request
        context.match = found = match(self._api, request.method, context.path)
        context.caller = self.authorization.check(request, found.method)
        key = _key(found.method)
        if key in self._buckets and not self._buckets[key].take():
            raise Refused("THROTTLED", "the stage's limit")
        self._validators[key].check(request)
        return await self._integrate(context, found)

    async def _integrate(self, context: Context, found: Match) -> Answer:
        method = found.method
        self._permissions.check(method.path, context.request.method, method.function)
        started = time.perf_counter()
        try:
            async with asyncio.timeout(method.timeout):
                result = await self._functions[method.function.arn].invoke(
                    proxy_event(context, found), context.request_id
                )
        except TimeoutError:
            raise Refused("INTEGRATION_TIMEOUT", f"no answer within {method.timeout:g} s") from None
        except EventTooLargeError as error:
            raise Refused("REQUEST_TOO_LARGE", str(error)) from None
        except ThrottledError as error:
            # AWS documents neither kind; this one says what the function's own 429 says.
            raise Refused("THROTTLED", str(error)) from None
        except FunctionFailedError as error:
            raise Refused("DEFAULT_5XX", str(error)) from None
        finally:
            context.integration_ms = round((time.perf_counter() - started) * 1000)
        return proxy_answer(result, self._api, context.request)

    def _refuse(self, context: Context, refused: Refused) -> Answer:
        context.refusal = refused.kind
        self._note(f"{self._api.name}: {context.request.method} {context.path}: {refused}")
        return self._api.responses.answer(refused, context.variables())

    def _log(self, context: Context, answer: Answer) -> None:
        if self._api.access_log is None:
            return
        known = {
            **context.variables(),
            "status": str(answer.status),
            "responseLength": str(len(answer.body)),
            "responseLatency": str(round((time.time() - context.started) * 1000)),
        }
        with self._access_log.open("a", encoding="utf-8") as log:
            log.write(render(self._api.access_log, known, missing="-") + "\n")


def _refused(error: BodyError) -> Refused:
    match error:
        case NoRoomError():
            return Refused("THROTTLED", str(error))
        case TooLargeError():
            return Refused("REQUEST_TOO_LARGE", str(error))
        case _:
            return Refused("DEFAULT_4XX", str(error))


def _key(method: Method) -> tuple[str, str]:
    return method.path, method.http_method


def _split(path: str) -> tuple[str, str]:
    """The stage, and the path below it."""
    stage, slash, rest = path.removeprefix("/").partition("/")
    return stage, f"/{rest}" if slash else "/"


async def _send(send: Send, answer: Answer) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in answer.headers]
    body = b"" if answer.status in _WITHOUT_BODY else answer.body
    if answer.status not in _WITHOUT_BODY:
        headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
