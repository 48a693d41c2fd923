"""What the operations use of a request; Powertools validates the proxy event that it comes in."""

import base64
import binascii
import re
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from aws_lambda_powertools.utilities.parser.models import APIGatewayProxyEventModel
from pydantic import ValidationError

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


class NoProxyEventError(Exception):
    """The event is not one of API Gateway's REST proxy integration; `fields` are its members at fault."""

    def __init__(self, fields: Collection[str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A request. Header names are in lower case, the values of repeated headers joined."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str
    is_base64: bool = False
    query_parameters: Collection[str] = ()
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Self:
        """The request of an API Gateway REST proxy event; raises NoProxyEventError for any other."""
        proxy = _proxy_event(event)
        single = {name: [value] for name, value in proxy.headers.items()}
        request = cls(
            method=proxy.httpMethod,
            path=proxy.path,
            headers=_joined(proxy.multiValueHeaders or single),
            body=proxy.body if isinstance(proxy.body, str) else "",
            is_base64=proxy.isBase64Encoded is True,
            query_parameters={
                *(proxy.queryStringParameters or {}),
                *(proxy.multiValueQueryStringParameters or {}),
            },
        )
        request_id = proxy.requestContext.requestId
        return replace(request, request_id=request_id) if _ID.fullmatch(request_id) else request

    @property
    def correlation_id(self) -> str:
        """The ID that the caller gave the request, or else the request ID."""
        given = self.headers.get(_CORRELATION, "")
        return given if _ID.fullmatch(given) else self.request_id

    def refuse_foreign_parts(self) -> None:
        """Refuses what no operation here takes: query parameters, runtime headers, control characters, an odd
        id."""
        texts = [self.path, *self.headers, *self.headers.values()]
        if any(_CONTROL.search(text) for text in texts):
            raise Problem(400, "The path or a header contains a control character.")
        if not _SIGNATURE.issuperset(self.query_parameters):
            raise Problem(400, "Query parameters are not accepted.")
        if any(name.startswith(_RUNTIME_HEADER_PREFIX) for name in self.headers):
            raise Problem(
                400, "X-Amzn-SageMaker-* headers are not accepted. The deployment selects the model."
            )
        if not _ID.fullmatch(self.headers.get(_CORRELATION, self.request_id)):
            raise Problem(
                400, f"{CORRELATION_HEADER} must be a single value of 1 to 64 letters, digits, and hyphens."
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
                "Content-Encoding is not supported. Send the body uncompressed.",
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
            raise Problem(406, f"The Accept header must allow one of: {', '.join(offered)}.")
        return name


def _proxy_event(event: Mapping[str, Any]) -> APIGatewayProxyEventModel:
    # A test in API Gateway's console sends null for no headers, which the model refuses.
    given = {name: value for name, value in event.items() if value is not None}
    try:
        return APIGatewayProxyEventModel.model_validate({"headers": {}, "multiValueHeaders": {}, **given})
    except ValidationError as error:
        # Only the first part of a place is never the caller's text, such as a header's name.
        raise NoProxyEventError(sorted({str(one["loc"][0]) for one in error.errors()})) from None
    except AttributeError:
        # The model's own check of the context fails where that is not an object.
        raise NoProxyEventError(["requestContext"]) from None


def _joined(repeated: Mapping[str, Sequence[str]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, values in repeated.items():
        # Names that differ in case only are one header sent twice.
        known = headers.get(name.lower())
        joined = ", ".join(values)
        headers[name.lower()] = joined if known is None else f"{known}, {joined}"
    return headers


def _too_large(max_bytes: int) -> Problem:
    return Problem(413, f"The body is larger than {max_bytes} bytes. Send fewer rows per request.")
