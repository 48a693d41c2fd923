"""Cross-origin rules: an exact allow-list, and answers that a cache never gives to another origin."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# The caller's own name for a request: in every answer and every line of the log.
CORRELATION_HEADER = "X-Correlation-Id"

# What browsers need for each of the gateway's ways to authorize: a SigV4 signature, a token, an API key.
REQUEST_HEADERS = (
    "Accept",
    "Authorization",
    "Content-Type",
    "X-Amz-Content-Sha256",
    "X-Amz-Date",
    "X-Amz-Security-Token",
    "X-Api-Key",
    CORRELATION_HEADER,
)
EXPOSED_HEADERS = ("Retry-After", CORRELATION_HEADER)
MAX_AGE_SECONDS = 600


_LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_ORIGIN = re.compile(
    rf"(https://{_LABEL}(\.{_LABEL})*|http://(localhost|127\.0\.0\.1))(:(?P<port>[1-9][0-9]{{0,4}}))?",
    re.ASCII,
)


def as_browsers_send_it(origin: str) -> str:
    """The origin; raises ValueError for one that no browser would send, as it could match no request.

    stacks/settings.py has the same rule, which this function's package cannot import.
    """
    match = _ORIGIN.fullmatch(origin)
    default = "443" if origin.startswith("https") else "80"
    if not match or match["port"] == default or int(match["port"] or 0) > 65_535:
        raise ValueError(
            "an origin is https://host or https://host:port as a browser sends it (http:// for localhost): "
            "in lower case, no path, no trailing slash, no default port, no *"
        )
    return origin


@dataclass(frozen=True, slots=True)
class Cors:
    """The origins that may read answers, compared as whole strings. Credentials are never allowed."""

    allowed_origins: Sequence[str]

    def headers(self, origin: str | None) -> Mapping[str, str]:
        """What every answer carries: Vary always, the origin only if it is on the list."""
        if origin is None or origin not in self.allowed_origins:
            return {"Vary": "Origin"}
        return {
            "Vary": "Origin",
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": ", ".join(EXPOSED_HEADERS),
        }

    def preflight_headers(self, origin: str | None, methods: Sequence[str]) -> Mapping[str, str]:
        """What the answer to OPTIONS carries besides `headers`: nothing for an origin not on the list."""
        if origin not in self.allowed_origins:
            return {}
        return {
            "Access-Control-Allow-Methods": ", ".join(methods),
            "Access-Control-Allow-Headers": ", ".join(REQUEST_HEADERS),
            "Access-Control-Max-Age": str(MAX_AGE_SECONDS),
        }
