"""The headers of a request as an event of API Gateway has them."""

import re
from collections.abc import Mapping

from local.api import signature
from local.api.declaration import IAM, Method
from local.api.request import Request

# Between the caller and the gateway, or replaced by it. Connection may name others.
_DROPPED = frozenset(
    {
        *("connection", "content-length", "expect", "keep-alive", "proxy-authenticate"),
        *("proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
    }
)
# These have one name, whatever the caller wrote.
_HOST, _USER_AGENT, _TRACE_ID = "Host", "User-Agent", "X-Amzn-Trace-Id"
_FOR, _PORT, _PROTOCOL = "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto"
_FIXED = {name.lower(): name for name in (_HOST, _USER_AGENT, _TRACE_ID, _FOR, _PORT, _PROTOCOL)}
_TRACE = re.compile(r"(.*;)?Root=1-[0-9a-f]{8}-[0-9a-f]{24}(;.*)?")


def event_headers(request: Request, method: Method, trace_id: str) -> dict[str, list[str]]:
    """Every value of each header that the function gets, by the name that the caller wrote, if not another
    one is usual; a header sent in different spellings has the first."""
    sent = request.all_headers
    dropped = _DROPPED | {
        one.strip().lower() for value in sent.get("connection", []) for one in value.split(",")
    }
    names = {lower: _FIXED.get(lower, request.spelling(lower)) for lower in sent}
    if method.authorization == IAM or _is_signature(request):
        dropped |= {"authorization"}
    headers = {name: list(sent[lower]) for lower, name in names.items() if lower not in dropped | {"host"}}
    trace = headers.get(_TRACE_ID, [""])[-1]
    return headers | {
        _HOST: [request.header("host") or ""],
        _TRACE_ID: [trace if _TRACE.fullmatch(trace) else f"Root={trace_id}"],
        _FOR: [", ".join([*sent.get(_FOR.lower(), []), request.source])],
        _PORT: [str(request.port)],
        _PROTOCOL: ["http"],
    }


def _is_signature(request: Request) -> bool:
    return (request.header("authorization") or "").startswith(signature.ALGORITHM)


def last_values(headers: Mapping[str, list[str]]) -> dict[str, str]:
    """The headers of which an event holds one value each."""
    return {name: values[-1] for name, values in headers.items()}
