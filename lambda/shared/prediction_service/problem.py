"""What every error answer is made of: problem+json as RFC 9457 describes it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

CONTENT_TYPE = "application/problem+json"

MAX_ERRORS = 20

# RFC 9110's phrases; http.HTTPStatus has others for 413 and 422, depending on the version of Python.
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def _without_null_defaults(schema: dict[str, Any]) -> None:
    """A member without a value is left out of the document, never null."""
    for member in schema["properties"].values():
        if "default" in member and member["default"] is None:
            del member["default"]


class FieldError(BaseModel):
    """One error in the request, and where it is."""

    model_config = ConfigDict(frozen=True, json_schema_extra=_without_null_defaults)

    row: Annotated[int, Field(ge=1, description="Counted from 1.")] | SkipJsonSchema[None] = None
    column: Annotated[str, Field(description="The field's name.")] | SkipJsonSchema[None] = None
    pointer: Annotated[str, Field(description="JSON pointer into the body.")] | SkipJsonSchema[None] = None
    detail: str


class ProblemDocument(BaseModel):
    """The body of every error response."""

    model_config = ConfigDict(json_schema_extra=_without_null_defaults)

    type: Literal["about:blank"] = "about:blank"
    title: str
    status: int
    detail: str
    instance: Annotated[str, Field(description="This occurrence, as urn:uuid: and the request ID.")]
    request_id: Annotated[
        str, Field(serialization_alias="requestId", description="The request ID in the log.")
    ]
    errors: Annotated[Sequence[FieldError], Field(max_length=MAX_ERRORS)] | SkipJsonSchema[None] = None


class Problem(Exception):
    """An error answer. `detail` and `errors` reach the caller: they never quote what the caller sent."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        cause: str | None = None,
    ) -> None:
        """`errors` beyond MAX_ERRORS are dropped; `cause` is a code for the log alone."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = tuple(errors[:MAX_ERRORS])
        self.headers = dict(headers or {})
        self.cause = cause

    def body(self, request_id: str) -> str:
        """The document that is sent, as JSON."""
        document = ProblemDocument(
            title=TITLES[self.status],
            status=self.status,
            detail=self.detail,
            instance=f"urn:uuid:{request_id}",
            request_id=request_id,
            errors=self.errors or None,
        )
        return document.model_dump_json(by_alias=True, exclude_none=True)
