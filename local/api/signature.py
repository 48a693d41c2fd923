"""AWS Signature Version 4 of a request's headers, checked as the service execute-api does."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from posixpath import normpath
from typing import Self
from urllib.parse import quote, unquote

from local.api.refusals import Refused
from local.api.request import Request

# The one pair of keys that signs for this machine.
ACCESS_KEY = "dummy"
SECRET_KEY = "dummy"  # noqa: S105 - it opens nothing
SERVICE = "execute-api"

_ALGORITHM = "AWS4-HMAC-SHA256"
_LARGEST_SKEW = timedelta(minutes=5)
_TIME = "%Y%m%dT%H%M%SZ"
_AUTHORIZATION = re.compile(
    rf"{_ALGORITHM} +Credential="
    r"(?P<key>[^/,\s]+)/(?P<date>\d{8})/(?P<region>[^/,\s]+)/(?P<service>[^/,\s]+)/aws4_request *, *"
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+) *, *Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True)
class Signature:
    """What an Authorization header says."""

    key: str
    date: str
    region: str
    service: str
    headers: str
    signature: str

    @classmethod
    def read(cls, request: Request) -> Self:
        """Refuses a request without a signature, or with another kind of authorisation."""
        header = request.header("authorization")
        if header is None:
            raise Refused("MISSING_AUTHENTICATION_TOKEN", "no Authorization header")
        parts = _AUTHORIZATION.fullmatch(header.strip())
        if parts is None:
            raise Refused("INVALID_SIGNATURE", f"Authorization is not of the form of {_ALGORITHM}")
        return cls(**parts.groupdict())


def check(request: Request, region: str, now: datetime | None = None) -> str:
    """The access key that has signed the request; refuses it unless body, path and headers are as signed.

    The time that was signed may be five minutes away from `now`.
    """
    signed = Signature.read(request)
    if (signed.key, request.header("x-amz-security-token")) != (ACCESS_KEY, None):
        raise Refused("INVALID_SIGNATURE", f"the only key here is {ACCESS_KEY}, without a session token")
    if (signed.region, signed.service) != (region, SERVICE):
        raise Refused("INVALID_SIGNATURE", f"the credential's scope is not {region}/{SERVICE}")
    names = signed.headers.split(";")
    amazons = {name for name in request.all_headers if name.startswith("x-amz-")}
    if missing := {"host", *amazons} - set(names):
        raise Refused("INVALID_SIGNATURE", f"not signed: {', '.join(sorted(missing))}")
    time = _time(request)
    if not time.startswith(signed.date) or abs(_parsed(time) - (now or datetime.now(UTC))) > _LARGEST_SKEW:
        raise Refused("INVALID_SIGNATURE", "signed at another time")
    body = hashlib.sha256(request.body).hexdigest()
    if request.header("x-amz-content-sha256") not in (None, body):
        raise Refused("INVALID_SIGNATURE", "X-Amz-Content-Sha256 is not the body's digest")
    if not hmac.compare_digest(_expected(request, signed, time, body), signed.signature):
        raise Refused("INVALID_SIGNATURE", "the signature is of another request or key")
    return signed.key


def _time(request: Request) -> str:
    time = request.header("x-amz-date")
    if time is None or not re.fullmatch(r"\d{8}T\d{6}Z", time):
        raise Refused("INVALID_SIGNATURE", "X-Amz-Date is missing or no time")
    return time


def _parsed(time: str) -> datetime:
    try:
        return datetime.strptime(time, _TIME).replace(tzinfo=UTC)
    except ValueError:
        raise Refused("INVALID_SIGNATURE", "X-Amz-Date is no time") from None


def _expected(request: Request, signed: Signature, time: str, body: str) -> str:
    headers = {name: _header(request.all_headers, name) for name in signed.headers.split(";")}
    canonical = "\n".join(
        [
            request.method,
            _canonical_path(request.path),
            _canonical_query(request.query),
            *(f"{name}:{value}" for name, value in headers.items()),
            "",
            signed.headers,
            body,
        ]
    )
    scope = f"{signed.date}/{signed.region}/{signed.service}/aws4_request"
    digest = hashlib.sha256(canonical.encode("latin-1")).hexdigest()
    key = f"AWS4{SECRET_KEY}".encode()
    for part in (signed.date, signed.region, signed.service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, f"{_ALGORITHM}\n{time}\n{scope}\n{digest}".encode(), "sha256").hex()


def _header(headers: Mapping[str, list[str]], name: str) -> str:
    return ",".join(" ".join(value.split()) for value in headers.get(name, []))


def _canonical_path(path: str) -> str:
    """The path without dots, encoded once more: every service but S3 signs it so."""
    clean = normpath(path).replace("//", "/")
    slash = "/" if path.endswith("/") and clean != "/" else ""
    return quote(clean + slash, safe="/~")


def _canonical_query(query: str) -> str:
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    encoded = ((quote(unquote(name), safe="~"), quote(unquote(value), safe="~")) for name, _, value in pairs)
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))
