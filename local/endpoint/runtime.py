"""SageMaker Runtime on this machine: an ASGI application that answers InvokeEndpoint as the service does."""

import json
import math
import re
import traceback
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from local.endpoint.admission import Admission
from local.endpoint.capture import Captures, Payload
from local.endpoint.chain import (
    LARGEST_PAYLOAD,
    Chain,
    InvocationError,
    ModelError,
    ModelNotReadyError,
    ServiceUnavailableError,
    UnknownOperationError,
    ValidationError,
)
from local.endpoint.request_limits import violation
from local.http.bodies import Bodies, BodyError, NoRoomError, Receive, TooLargeError
from local.http.client import Response
from local.timing import SAGEMAKER

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_PATH = re.compile(r"/endpoints/([^/]*)/invocations")
_CUSTOM_ATTRIBUTES = "x-amzn-sagemaker-custom-attributes"
_INFERENCE_ID = "x-amzn-sagemaker-inference-id"
_TARGET_VARIANT = "x-amzn-sagemaker-target-variant"
# Headers that reach a container besides Content-Type and Accept.
_PASSED = frozenset(
    {
        _CUSTOM_ATTRIBUTES,
        _TARGET_VARIANT,
        _INFERENCE_ID,
        "x-amzn-sagemaker-session-id",
    }
)
# These choose among models or containers that a serial pipeline does not have.
_REFUSED = {
    "x-amzn-sagemaker-target-model": "TargetModel is for multi-model endpoints",
    "x-amzn-sagemaker-target-container-hostname": "TargetContainerHostname is for direct invocation",
    "x-amzn-sagemaker-inference-component": "InferenceComponentName is for inference components",
    "x-amzn-sagemaker-enable-explanations": "EnableExplanations is for endpoints with an explainer",
}
_RETURNED = (
    _CUSTOM_ATTRIBUTES,
    "x-amzn-sagemaker-new-session-id",
    "x-amzn-sagemaker-closed-session-id",
)
# An answer may take as long, too.
BODY_SECONDS = SAGEMAKER.answer


# Raises DeniedError for an Authorization header whose caller may not invoke the endpoint of a name.
Admit = Callable[[str | None, str], None]


def anybody(authorization: str | None, endpoint: str) -> None:
    """Whoever it is."""


@dataclass
class RuntimeEndpoint:
    """An endpoint under its name; `chain` is None while nothing is ready to answer, `captures` where nothing
    is captured."""

    name: str
    variant: str
    chain: Chain | None = None
    captures: Captures | None = None
    admission: Admission = field(default_factory=Admission)


class Runtime:
    """Answers `POST /endpoints/<name>/invocations` whom `admit` lets, and `GET /ping` for whoever waits."""

    def __init__(
        self,
        endpoints: Iterable[RuntimeEndpoint],
        account: str,
        bodies: Bodies | None = None,
        admit: Admit = anybody,
    ) -> None:
        self._admit = admit
        self._endpoints = {endpoint.name: endpoint for endpoint in endpoints}
        self._account = account
        self._bodies = bodies or Bodies(LARGEST_PAYLOAD)

    def add(self, endpoint: RuntimeEndpoint) -> None:
        """Answer for one more endpoint."""
        self._endpoints[endpoint.name] = endpoint

    def remove(self, name: str) -> None:
        """Answer for an endpoint no longer; what is under way goes on."""
        del self._endpoints[name]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = str(uuid.uuid4())
        try:
            response = await self._answer(scope, receive)
        except InvocationError as error:
            response = _error_response(error)
        except Exception:
            traceback.print_exc()
            response = _error_response(InvocationError("The runner failed; its own log says where."))
        response.headers["x-amzn-requestid"] = request_id
        await _send(send, response)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        match = _PATH.fullmatch(scope["raw_path"].decode("ascii", "replace"))
        if scope["method"] == "GET" and scope["path"] == "/ping":
            return Response(200)
        if match is None or scope["method"] != "POST":
            raise UnknownOperationError("Only InvokeEndpoint is known here.")
        try:
            async with self._bodies.whole(receive, BODY_SECONDS) as body:
                return await self._invoke(unquote(match[1]), _headers(scope), body)
        except BodyError as error:
            raise _refused(error) from None

    async def _invoke(self, name: str, headers: Mapping[str, str], body: bytes) -> Response:
        if found := violation(name, headers):
            raise ValidationError(found)
        self._admit(headers.get("authorization"), name)
        endpoint = self._endpoints.get(name)
        if endpoint is None:
            raise ValidationError(f"Endpoint {name} of account {self._account} not found.")
        _check_headers(headers, endpoint)
        chain, captures = endpoint.chain, endpoint.captures
        if chain is None:
            raise ModelNotReadyError(f"The containers of endpoint {name} are not ready yet; try again.")
        passed = [(name, value) for name, value in headers.items() if name in _PASSED]
        async with endpoint.admission:
            answer = await chain.invoke(body, headers.get("content-type"), headers.get("accept"), passed)
        if len(answer.body) > LARGEST_PAYLOAD:
            last = chain.hops[-1]
            reason = f"The answer of {len(answer.body)} bytes is larger than {LARGEST_PAYLOAD} bytes"
            raise ModelError(last.name, answer.status, reason, last.log)
        if captures is not None:
            captures.take(
                Payload(body, headers.get("content-type")),
                Payload(answer.body, answer.headers.get("content-type")),
                headers.get(_INFERENCE_ID),
            )
        return _response(answer, endpoint)


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _check_headers(headers: Mapping[str, str], endpoint: RuntimeEndpoint) -> None:
    for name, reason in _REFUSED.items():
        if name in headers:
            raise ValidationError(f"{reason}; endpoint {endpoint.name} has one model.")
    variant = headers.get(_TARGET_VARIANT, endpoint.variant)
    if variant != endpoint.variant:
        raise ValidationError(f"Variant {variant} of endpoint {endpoint.name} not found.")


def _refused(error: BodyError) -> InvocationError:
    match error:
        case NoRoomError():
            return ServiceUnavailableError(str(error))
        case TooLargeError():
            return ValidationError(
                "1 validation error detected: Value at 'body' failed to satisfy constraint: "
                f"Member must have length less than or equal to {LARGEST_PAYLOAD}"
            )
        case _:
            return ValidationError(str(error))


def _response(answer: Response, endpoint: RuntimeEndpoint) -> Response:
    headers = {"x-amzn-invoked-production-variant": endpoint.variant}
    headers.update((name, answer.headers[name]) for name in _RETURNED if name in answer.headers)
    if "content-type" in answer.headers:
        headers["content-type"] = answer.headers["content-type"]
    return Response(200, headers, answer.body)


def _error_response(error: InvocationError) -> Response:
    headers = {"content-type": "application/json", "x-amzn-errortype": error.code}
    if isinstance(error, ServiceUnavailableError):
        headers["retry-after"] = str(math.ceil(error.retry_after))
    return Response(error.status, headers, json.dumps({"Message": str(error), **error.fields}).encode())


async def _send(send: Send, response: Response) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers.items()]
    headers.append((b"content-length", b"%d" % len(response.body)))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
