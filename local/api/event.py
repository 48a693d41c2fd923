"""Requests as events of a Lambda proxy integration (payload version 1), and the function's answers."""

import base64
import binascii
import secrets
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.api.answer import Answer
from local.api.authorization import Caller
from local.api.declaration import Api
from local.api.event_headers import event_headers, last_values
from local.api.refusals import Refused
from local.api.request import Request
from local.api.routes import Match

_OF_THE_CONTEXT = (
    *("accountId", "apiId", "deploymentId", "extendedRequestId", "httpMethod", "path", "protocol"),
    *("requestId", "requestTime", "resourceId", "resourcePath", "stage"),
)
# The gateway sends these itself, and passes a function's own on under another name.
_REMAPPED = frozenset(
    {"connection", "content-length", "date", "host", "server", "trailer", "upgrade", "www-authenticate"}
)


@dataclass
class Context:
    """The values of `$context`; some are set later on the way through the gateway."""

    api: Api
    request: Request
    path: str
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    extended_request_id: str = field(default_factory=lambda: secrets.token_urlsafe(11))
    started: float = field(default_factory=time.time)
    match: Match | None = None
    caller: Caller = field(default_factory=Caller)
    refusal: str | None = None
    integration_ms: int | None = None

    @property
    def trace_id(self) -> str:
        return f"1-{int(self.started):08x}-{self.request_id.replace('-', '')[:24]}"

    @property
    def request_time(self) -> str:
        return datetime.fromtimestamp(self.started, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")

    def variables(self) -> dict[str, str]:
        """The variables of templates and logs, without `$context.`."""
        known = {
            "accountId": self.api.account,
            "apiId": self.api.id,
            "deploymentId": self.api.deployment,
            "extendedRequestId": self.extended_request_id,
            "httpMethod": self.request.method,
            "identity.sourceIp": self.request.source,
            "path": f"/{self.api.stage}{self.path}",
            "protocol": "HTTP/1.1",
            "requestId": self.request_id,
            "requestTime": self.request_time,
            "requestTimeEpoch": str(int(self.started * 1000)),
            "stage": self.api.stage,
            "xrayTraceId": self.trace_id,
        }
        if self.match:
            known["resourcePath"] = self.match.method.path
            known["resourceId"] = self.match.method.resource_id
        if self.refusal:
            known["error.responseType"] = self.refusal
        if self.integration_ms is not None:
            known["integration.latency"] = str(self.integration_ms)
        return known


def proxy_event(context: Context, match: Match) -> dict[str, Any]:
    """The event for the function."""
    request = context.request
    headers = event_headers(request, match.method, context.trace_id)
    is_binary = _matches(request.media_type, context.api.binary_media_types)
    # A body of any other media type is passed on as text, whatever its bytes are.
    content = (
        base64.b64encode(request.body).decode() if is_binary else request.body.decode("utf-8", "replace")
    )
    parameters = request.parameters
    return {
        "resource": match.method.path,
        "path": context.path,
        "httpMethod": request.method,
        "headers": last_values(headers),
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in parameters.items()} or None,
        "multiValueQueryStringParameters": parameters or None,
        "pathParameters": match.parameters or None,
        "stageVariables": None,
        "requestContext": _request_context(context, match),
        "body": content or None,
        "isBase64Encoded": bool(content) and is_binary,
    }


def _request_context(context: Context, match: Match) -> dict[str, Any]:
    request, api, caller = context.request, context.api, context.caller
    variables = context.variables()
    user = f"arn:aws:iam::{api.account}:user/{caller.access_key}" if caller.access_key else None
    more: dict[str, Any] = {"authorizer": {"claims": dict(caller.claims)}} if caller.claims else {}
    return {
        **{name: variables[name] for name in _OF_THE_CONTEXT},
        **more,
        "requestTimeEpoch": int(context.started * 1000),
        "domainName": request.header("host"),
        "domainPrefix": api.id,
        "identity": {
            "accessKey": caller.access_key,
            "accountId": api.account if caller.access_key else None,
            "apiKey": caller.key.value if caller.key else None,
            "apiKeyId": caller.key.id if caller.key else None,
            "caller": caller.access_key,
            "cognitoAuthenticationProvider": None,
            "cognitoAuthenticationType": None,
            "cognitoIdentityId": None,
            "cognitoIdentityPoolId": None,
            "principalOrgId": None,
            "sourceIp": request.source,
            "user": caller.access_key,
            "userAgent": request.header("user-agent"),
            "userArn": user,
        },
    }


def proxy_answer(answer: Any, api: Api, request: Request) -> Answer:
    """Status, headers and body of what the function returned; refuses what is not of a proxy's form."""
    if not isinstance(answer, Mapping):
        raise _malformed("expected an object")
    status, body = answer.get("statusCode"), answer.get("body")
    if not isinstance(status, int) or not 100 <= status <= 599:
        raise _malformed("statusCode is not an HTTP status code")
    if not isinstance(body, str | None):
        raise _malformed("body is not a string")
    headers = _answer_headers(answer)
    content = (body or "").encode("utf-8", "replace")
    wanted = (request.header("accept") or "").partition(",")[0].partition(";")[0].strip().lower()
    if answer.get("isBase64Encoded") is True and _matches(wanted, api.binary_media_types):
        try:
            content = base64.b64decode(content, validate=True)
        except binascii.Error:
            raise _malformed("body is not Base64") from None
    return Answer(status, headers, content)


def _answer_headers(answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    single, multiple = answer.get("headers") or {}, answer.get("multiValueHeaders") or {}
    if not isinstance(single, Mapping) or not isinstance(multiple, Mapping):
        raise _malformed("headers is not an object")
    pairs = [(name, value) for name, values in multiple.items() for value in values]
    pairs += [(name, value) for name, value in single.items() if value not in multiple.get(name, [])]
    headers = []
    for name, value in pairs:
        lower = name.lower()
        if lower == "transfer-encoding" or "\n" in f"{name}{value}" or "\r" in f"{name}{value}":
            raise _malformed(f"the header {lower!r} is not a valid HTTP header")
        headers.append((f"x-amzn-remapped-{lower}" if lower in _REMAPPED else lower, str(value)))
    if not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "application/json"))
    return headers


def _malformed(reason: str) -> Refused:
    return Refused("DEFAULT_5XX", f"malformed Lambda proxy response: {reason}")


def _matches(media_type: str, patterns: Sequence[str]) -> bool:
    every = {media_type, f"{media_type.partition('/')[0]}/*", "*/*"}
    return not every.isdisjoint(patterns)
