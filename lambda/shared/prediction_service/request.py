"""A request as API Gateway's REST proxy integration (payload version 1) hands it to a Lambda function."""

import base64
import binascii
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prediction_service import media_types
from prediction_service.cors import CORRELATION_HEADER
from prediction_service.problem import Problem

_CONTROL = re.compile("[\x00-\x1f\x7f]")
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_CORRELATION = CORRELATION_HEADER.lower()

# How a presigned URL is authorized: the gateway's business.
_SIGNATURE = frozenset(
    {
        *("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Security-Token"),
        *("X-Amz-Signature", "X-Amz-SignedHeaders"),
    }
)

# SageMaker Runtime takes a target variant, model or container from these; the deployment has chosen ours.
_RUNTIME_HEADER_PREFIX = "x-amzn-sagemaker-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What a function needs to know of the request. Header names are in lower case, repeated ones joined.

    `request_id` is the gateway's, `correlation_id` the one that the caller has given it, or else the same.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    has_query: bool
    body: str
    is_base64: bool
    request_id: str
    correlation_id: str

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> "Request":
        """Accepts any mapping: a part that is missing, null or of another kind counts as empty."""
        request_id = str(_part(event, "requestContext").get("requestId") or "")
        if not _ID.fullmatch(request_id):
            request_id = str(uuid.uuid4())
        headers = _headers(event)
        correlation_id = headers.get(_CORRELATION, "")
        return cls(
            method=str(event.get("httpMethod") or ""),
            path=str(event.get("path") or ""),
            headers=headers,
            has_query=not _SIGNATURE.issuperset(
                [
                    *_part(event, "queryStringParameters"),
                    *_part(event, "multiValueQueryStringParameters"),
                ]
            ),
            body=str(event.get("body") or ""),
            is_base64=event.get("isBase64Encoded") is True,
            request_id=request_id,
            correlation_id=correlation_id if _ID.fullmatch(correlation_id) else request_id,
        )

    def refuse_foreign_parts(self) -> None:
        """Refuses what no operation here takes: query parameters, runtime headers, control characters, an odd
        id."""
        texts = [self.path, *self.headers, *self.headers.values()]
        if any(_CONTROL.search(text) for text in texts):
            raise Problem(400, "The path or a header has a control character.")
        if self.has_query:
            raise Problem(400, "Query parameters are not accepted.")
        if any(name.startswith(_RUNTIME_HEADER_PREFIX) for name in self.headers):
            raise Problem(
                400, "X-Amzn-SageMaker-* headers are not accepted: the deployment chooses the model."
            )
        if not _ID.fullmatch(self.headers.get(_CORRELATION, self.request_id)):
            raise Problem(
                400, f"{CORRELATION_HEADER} should be at most 64 letters, digits and hyphens, and come once."
            )

    def content(self, max_bytes: int) -> bytes:
        """The body's bytes; refuses more than `max_bytes` before decoding anything."""
        if len(self.body) > (max_bytes + 2) // 3 * 4:
            raise _too_large(max_bytes)
        try:
            content = (
                base64.b64decode(self.body, validate=True) if self.is_base64 else self.body.encode("utf-8")
            )
        except (binascii.Error, ValueError):
            raise Problem(400, "The body cannot be decoded.") from None
        if len(content) > max_bytes:
            raise _too_large(max_bytes)
        return content

    def content_type(self, accepted: Sequence[str]) -> str:
        """The body's media type, one of `accepted`; refuses others and every content coding."""
        if self.headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise Problem(
                415,
                "A Content-Encoding is not accepted; send the body as it is.",
                headers={"Accept-Encoding": "identity"},
            )
        name = media_types.accepted(self.headers.get("content-type"), accepted)
        if name is None:
            types = ", ".join(accepted)
            raise Problem(415, f"The Content-Type must be one of: {types}.", headers={"Accept-Post": types})
        return name

    def accept(self, offered: Sequence[str]) -> str:
        """The one of `offered` to answer with."""
        name = media_types.preferred(self.headers.get("accept"), offered)
        if name is None:
            raise Problem(406, f"The answer can be one of: {', '.join(offered)}; Accept excludes them.")
        return name


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    repeated = _part(event, "multiValueHeaders") or {
        name: [value] for name, value in _part(event, "headers").items()
    }
    headers: dict[str, str] = {}
    for name, values in repeated.items():
        # Names that differ in case only are one header sent twice.
        known = headers.get(name.lower())
        joined = ", ".join(str(value) for value in (values if isinstance(values, list) else []))
        headers[name.lower()] = joined if known is None else f"{known}, {joined}"
    return headers


def _part(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = event.get(name)
    return part if isinstance(part, Mapping) else {}


def _too_large(max_bytes: int) -> Problem:
    return Problem(413, f"The body is larger than {max_bytes} bytes; send fewer rows at a time.")
