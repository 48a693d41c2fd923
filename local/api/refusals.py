"""The gateway responses: those of API Gateway itself, with the template's texts or AWS's defaults."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from local.api.answer import Answer

# Status and message of each kind where no gateway response is declared for it.
_DEFAULTS: Mapping[str, tuple[int, str]] = {
    "ACCESS_DENIED": (403, "User is not authorized to access this resource"),
    "API_CONFIGURATION_ERROR": (500, "Internal server error"),
    "BAD_REQUEST_BODY": (400, "Invalid request body"),
    "DEFAULT_4XX": (400, "Bad Request"),
    "DEFAULT_5XX": (502, "Internal server error"),
    "EXPIRED_TOKEN": (403, "The security token included in the request is expired"),
    "INTEGRATION_FAILURE": (504, "Network error communicating with endpoint"),
    "INTEGRATION_TIMEOUT": (504, "Endpoint request timed out"),
    "INVALID_API_KEY": (403, "Forbidden"),
    "INVALID_SIGNATURE": (403, "The request signature does not match"),
    "MISSING_AUTHENTICATION_TOKEN": (403, "Missing Authentication Token"),
    "REQUEST_TOO_LARGE": (413, "Request Too Long"),
    "THROTTLED": (429, "Too Many Requests"),
    "UNAUTHORIZED": (401, "Unauthorized"),
}
_VARIABLE = re.compile(r"\$context((?:\.[A-Za-z]\w*)+)")
_AWS_TEMPLATE = '{"message":$context.error.messageString}'


class Refused(Exception):
    """The gateway answers instead of the function; `kind` is API Gateway's response type.

    `reason` is for the gateway's own log: only AWS's general message is ever sent.
    """

    def __init__(self, kind: str, reason: str = "") -> None:
        super().__init__(f"{kind}: {reason}" if reason else kind)
        self.kind = kind
        self.reason = reason


@dataclass(frozen=True)
class GatewayResponse:
    """One AWS::ApiGateway::GatewayResponse; what is None is AWS's."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    template: str = _AWS_TEMPLATE


@dataclass(frozen=True)
class GatewayResponses:
    """The responses that an API declares, by kind."""

    declared: Mapping[str, GatewayResponse]

    def answer(self, refused: Refused, context: Mapping[str, str]) -> Answer:
        """The answer to a refused request; a kind that is not declared is answered by its default."""
        status, message = _DEFAULTS[refused.kind]
        default = "DEFAULT_4XX" if status < 500 else "DEFAULT_5XX"
        response = self.declared.get(refused.kind) or self.declared.get(default) or GatewayResponse()
        error = {
            "error.message": message,
            "error.messageString": f'"{message}"',
            "error.responseType": refused.kind,
        }
        body = render(response.template, {**context, **error}).encode()
        headers = {"content-type": response.content_type}
        headers.update((name.lower(), value) for name, value in response.headers.items())
        return Answer(response.status or status, list(headers.items()), body)


def render(template: str, context: Mapping[str, str], missing: str = "") -> str:
    """The template with each `$context.<name>` replaced; one that has no value becomes `missing`."""
    return _VARIABLE.sub(lambda match: context.get(match[1][1:], missing), template)
