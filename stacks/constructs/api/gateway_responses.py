"""What API Gateway answers by itself, as problem+json like the function's own answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from aws_cdk.aws_apigateway import ResponseType, RestApi

_PROBLEM = "application/problem+json"
_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    504: "Gateway Timeout",
}


@dataclass(frozen=True)
class Refusal:
    """An answer to one kind of request that does not get as far as the function."""

    status: int
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def template(self) -> str:
        """The problem document, in which the gateway replaces the request's id and nothing else."""
        return json.dumps(
            {
                "type": "about:blank",
                "title": _TITLES[self.status],
                "status": self.status,
                "detail": self.detail,
                "instance": "urn:uuid:$context.requestId",
                "requestId": "$context.requestId",
            }
        )


_UNSIGNED = Refusal(401, "Missing or expired credentials.")
_FORBIDDEN = Refusal(403, "Access denied.")

# A template cannot say the status that it is sent with. So each kind whose status is not its default's
# stands here, and the defaults are for the others.
REFUSALS: Mapping[str, Refusal] = {
    "DEFAULT_4XX": Refusal(400, "The request is malformed."),
    "BAD_REQUEST_BODY": Refusal(400, "The JSON body does not match the schema of the operation."),
    "MISSING_AUTHENTICATION_TOKEN": _UNSIGNED,
    "INVALID_SIGNATURE": Refusal(401, "Invalid signature."),
    "EXPIRED_TOKEN": _UNSIGNED,
    "UNAUTHORIZED": _UNSIGNED,
    "INVALID_API_KEY": Refusal(401, "Missing or invalid API key."),
    "ACCESS_DENIED": _FORBIDDEN,
    "WAF_FILTERED": _FORBIDDEN,
    "RESOURCE_NOT_FOUND": Refusal(404, "Path not found."),
    "REQUEST_TOO_LARGE": Refusal(413, "The body is larger than API Gateway accepts."),
    "UNSUPPORTED_MEDIA_TYPE": Refusal(415, "Unsupported media type."),
    "THROTTLED": Refusal(429, "Rate limit exceeded.", {"Retry-After": "1"}),
    "QUOTA_EXCEEDED": Refusal(429, "Quota exceeded for this period."),
    "DEFAULT_5XX": Refusal(500, "Internal error. The log has the details under this requestId."),
    "INTEGRATION_FAILURE": Refusal(502, "The function could not be invoked."),
    "INTEGRATION_TIMEOUT": Refusal(504, "The function did not respond in time."),
}


def add_gateway_responses(api: RestApi, *, origin: str) -> None:
    """Replaces every answer of the gateway's own. They can name one origin only, whoever asks."""
    headers = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "Retry-After",
        "Cache-Control": "no-store",
        "Content-Type": _PROBLEM,
        "Vary": "Origin",
        "X-Content-Type-Options": "nosniff",
    }
    for kind, refusal in REFUSALS.items():
        api.add_gateway_response(
            kind.title().replace("_", ""),
            type=ResponseType.of(kind),
            status_code=str(refusal.status),
            response_headers={
                name: f"'{value}'" for name, value in sorted({**headers, **refusal.headers}.items())
            },
            templates={_PROBLEM: refusal.template()},
        )
