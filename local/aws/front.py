"""One address for several of AWS's services: a request goes to the one that its signature names."""

import json
import re
import traceback
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Protocol
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from local.api.refusals import Refused
from local.api.request import Request, Scope
from local.api.signature import check, role_of
from local.aws.errors import AwsError
from local.http.bodies import Receive
from local.http.client import Response

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_SCOPE = re.compile(r"Credential=[^/,\s]+/\d{8}/[^/,\s]+/([^/,\s]+)/aws4_request")
# How services name a target in JSON, and the scope in which it is signed.
_TARGETS = {"SageMaker": "sagemaker", "Logs_20140328": "logs"}
_RUNTIME = "/endpoints/"


class Service(Protocol):
    """A service behind the front."""

    async def __call__(self, request: Request, receive: Receive, send: Send) -> None:
        """Answer a request whose signature holds; its body has not been read."""
        ...

    def error(self, error: AwsError) -> Response:
        """The answer to what is refused."""
        ...


class Front:
    """An ASGI application; `runtime` answers what is not signed for one of the `services`.

    Every request to these is to be signed with this machine's keys, as `slipway env` sets them.
    """

    def __init__(self, runtime: Application, services: Mapping[str, Service]) -> None:
        self._runtime = runtime
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = _service(scope)
        if name is None or (name == "sagemaker" and scope["path"].startswith(_RUNTIME)):
            await self._runtime(scope, receive, send)
            return
        service = self._services.get(name)
        request = Request.from_scope(scope)
        if service is None:
            await send_response(send, self._not_served(name, request))
            return
        try:
            await service(request, receive, send)
        except AwsError as error:
            await _refuse(send, request, service.error(error))
        except Exception:
            traceback.print_exc()
            failed = AwsError("InternalFailure", "The runner failed; its own log says where.", 500)
            await _refuse(send, request, service.error(failed))

    def _not_served(self, name: str, request: Request) -> Response:
        """An error that clients of that protocol can read: the query protocols have theirs in XML."""
        known = ", ".join(sorted(self._services))
        code, message = "UnknownOperationException", f"{escape(name)} is not served here; {known} are"
        if request.media_type == "application/x-www-form-urlencoded":
            error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
            # EC2 has its error one element deeper than the others.
            text = f"<ErrorResponse>{error}<Errors>{error}</Errors><RequestId>0</RequestId></ErrorResponse>"
            return Response(501, {"content-type": "text/xml"}, text.encode())
        content = json.dumps({"__type": code, "message": message}).encode()
        return Response(501, {"content-type": "application/json", "x-amzn-errortype": code}, content)


def demand_signature(request: Request, service: str, *regions: str) -> str | None:
    """Raise AwsError unless the request is signed for the service in one of the regions; of S3's bodies only
    the digest is. Returns the ARN of the role whose key signs, None for the machine's user."""
    refused = Refused("INVALID_SIGNATURE")
    for region in regions:
        try:
            return role_of(check(request, region, service=service))
        except Refused as error:
            refused = error
    if refused.kind == "MISSING_AUTHENTICATION_TOKEN":
        code, message = "MissingAuthenticationTokenException", "Missing Authentication Token"
    else:
        code, message = "InvalidSignatureException", refused.reason
    raise AwsError(code, f"{message}: set the keys with `slipway env`", 403)


async def _refuse(send: Send, request: Request, response: Response) -> None:
    if request.header("expect"):
        # Who waits for leave to send its body now sends none: what comes next would be taken for it.
        response.headers["connection"] = "close"
    await send_response(send, response)


async def send_response(send: Send, response: Response) -> None:
    """Send an answer whole."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers.items()]
    if "content-length" not in response.headers:
        headers.append((b"content-length", b"%d" % len(response.body)))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


def _service(scope: Scope) -> str | None:
    """The service for which a request is signed, or whose target it names; None for any other."""
    headers = dict(scope["headers"])
    found = _SCOPE.search(headers.get(b"authorization", b"").decode("latin-1"))
    if found:
        return str(found[1])
    query = parse_qs(scope["query_string"].decode("latin-1"))
    credential = query.get("X-Amz-Credential", [""])[0].split("/")
    if len(credential) == 5:
        return str(credential[3])
    target = headers.get(b"x-amz-target", b"").decode("latin-1").partition(".")[0]
    return _TARGETS.get(str(target))
