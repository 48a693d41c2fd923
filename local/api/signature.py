"""AWS Signature Version 4, in a request's headers or in its query (a presigned URL), checked as AWS's
services do."""

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

# The pair of keys that signs for this machine, and how those of a role are called here.
ACCESS_KEY = "dummy"
_OF_ROLE = f"{ACCESS_KEY}:"
SECRET_KEY = "dummy"  # noqa: S105 - it opens nothing
SERVICE, S3 = "execute-api", "s3"
# The digest of a body that nobody has signed.
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
# The query parameters of a presigned URL, which are the gateway's and no function's.
PRESIGNED = (
    *("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Security-Token"),
    *("X-Amz-Signature", "X-Amz-SignedHeaders"),
)

ALGORITHM = "AWS4-HMAC-SHA256"
_LARGEST_SKEW = timedelta(minutes=5)
_TIME = "%Y%m%dT%H%M%SZ"
_SCOPE = r"(?P<key>[^/,\s]+)/(?P<date>\d{8})/(?P<region>[^/,\s]+)/(?P<service>[^/,\s]+)/aws4_request"
_HEADERS = r"(?P<headers>[a-z0-9;-]+)"
_SIGNATURE = r"(?P<signature>[0-9a-f]{64})"
_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} +Credential={_SCOPE} *, *SignedHeaders={_HEADERS} *, *Signature={_SIGNATURE}"
)
# The parts of a presigned URL, one below the other.
_PRESIGNED = re.compile(rf"{ALGORITHM}\n{_SCOPE}\n{_HEADERS}\n{_SIGNATURE}")
_IN_QUERY = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-SignedHeaders", "X-Amz-Signature")
_LONGEST_EXPIRY = 7 * 24 * 3600


def key_of(role: str) -> str:
    """The access key by which this machine knows who calls with a role, by the role's ARN."""
    return f"{_OF_ROLE}{quote(role, safe=':')}"


def role_of(key: str) -> str | None:
    """The ARN of the role of an access key; None for that of the machine's user."""
    return unquote(key.removeprefix(_OF_ROLE)) if key.startswith(_OF_ROLE) else None


def caller_of(authorization: str | None) -> str | None:
    """The ARN of the role with which a header is signed; None for whoever has none."""
    key = (authorization or "").partition("Credential=")[2].partition("/")[0]
    return role_of(key)


@dataclass(frozen=True)
class Signature:
    """What a request says of its signature; `query` is what of its query is signed, the token is None for
    keys that are not temporary. `expires` is None where only the clocks' difference is allowed for."""

    key: str
    date: str
    region: str
    service: str
    headers: str
    signature: str
    time: str | None
    token: str | None
    query: str
    expires: timedelta | None

    @classmethod
    def read(cls, request: Request) -> Self:
        """Refuses a request without a signature, with two, or with another kind of authorization."""
        header = request.header("authorization")
        if "X-Amz-Signature" in request.parameters or "X-Amz-Algorithm" in request.parameters:
            if header is not None:
                raise Refused(
                    "INVALID_SIGNATURE", "signed both in the Authorization header and in the query string"
                )
            return cls._of_query(request)
        if header is None:
            raise Refused(
                "MISSING_AUTHENTICATION_TOKEN", "expected an Authorization header or a presigned URL"
            )
        parts = _AUTHORIZATION.fullmatch(header.strip())
        if parts is None:
            raise Refused(
                "INVALID_SIGNATURE", f"the Authorization header is not in the format of {ALGORITHM}"
            )
        time, token = request.header("x-amz-date"), request.header("x-amz-security-token")
        return cls(**parts.groupdict(), time=time, token=token, query=request.query, expires=None)

    @classmethod
    def _of_query(cls, request: Request) -> Self:
        given = request.parameters
        if repeated := [name for name in PRESIGNED if len(given.get(name, ())) > 1]:
            raise Refused("INVALID_SIGNATURE", f"repeated: {', '.join(repeated)}")
        one = {name: values[0] for name, values in given.items()}
        parts = _PRESIGNED.fullmatch("\n".join(one.get(name, "") for name in _IN_QUERY))
        if parts is None:
            raise Refused("INVALID_SIGNATURE", f"the query string is not in the format of {ALGORITHM}")
        left = [pair for pair in request.query.split("&") if pair.partition("=")[0] != "X-Amz-Signature"]
        return cls(
            **parts.groupdict(),
            time=one.get("X-Amz-Date"),
            token=one.get("X-Amz-Security-Token"),
            query="&".join(left),
            expires=_expiry(one.get("X-Amz-Expires", "")),
        )

    def check_time(self, now: datetime) -> None:
        """Refuses what was signed at another time than now, give or take five minutes, or has expired."""
        signed = _parsed(self.time)
        if not str(self.time).startswith(self.date):
            raise Refused(
                "INVALID_SIGNATURE", "the date in the credential's scope is not that of the request"
            )
        if self.expires is None and abs(signed - now) > _LARGEST_SKEW:
            raise Refused("INVALID_SIGNATURE", "signed more than 5 minutes before or after now")
        if self.expires is not None and not signed - _LARGEST_SKEW <= now <= signed + self.expires:
            raise Refused("INVALID_SIGNATURE", "the presigned URL has expired, or is not valid yet")


def check(request: Request, region: str, now: datetime | None = None, *, service: str = SERVICE) -> str:
    """The access key that has signed the request; refuses it unless body, path, query and headers are as
    signed, at a time that is near `now`, or for a presigned URL until it expires.

    For S3 the body is as signed if it has the digest that the request names: that is left to its reader.
    """
    signed = Signature.read(request)
    if signed.token is not None or (signed.key != ACCESS_KEY and role_of(signed.key) is None):
        raise Refused("INVALID_SIGNATURE", f"expected the access key {ACCESS_KEY}, without a session token")
    if (signed.region, signed.service) != (region, service):
        raise Refused("INVALID_SIGNATURE", f"the credential's scope is not {region}/{service}")
    names = signed.headers.split(";")
    amazons = {name for name in request.all_headers if name.startswith("x-amz-")}
    if missing := {"host", *amazons} - set(names):
        raise Refused("INVALID_SIGNATURE", f"not signed: {', '.join(sorted(missing))}")
    signed.check_time(now or datetime.now(UTC))
    named = request.header("x-amz-content-sha256")
    if service == S3:
        body = named or UNSIGNED_PAYLOAD
    else:
        body = hashlib.sha256(request.body).hexdigest()
        if named not in (None, body):
            raise Refused("INVALID_SIGNATURE", "X-Amz-Content-Sha256 does not match the body")
    if not hmac.compare_digest(_expected(request, signed, body), signed.signature):
        raise Refused("INVALID_SIGNATURE", "the signature does not match the request or the key")
    return signed.key


def _parsed(time: str | None) -> datetime:
    try:
        if time is not None and re.fullmatch(r"\d{8}T\d{6}Z", time):
            return datetime.strptime(time, _TIME).replace(tzinfo=UTC)
    except ValueError:
        pass
    raise Refused("INVALID_SIGNATURE", "X-Amz-Date is missing or not a time")


def _expiry(seconds: str) -> timedelta:
    if not re.fullmatch(r"[0-9]{1,6}", seconds) or not 1 <= int(seconds) <= _LONGEST_EXPIRY:
        raise Refused("INVALID_SIGNATURE", f"X-Amz-Expires is not a number from 1 to {_LONGEST_EXPIRY}")
    return timedelta(seconds=int(seconds))


def _expected(request: Request, signed: Signature, body: str) -> str:
    headers = {name: _header(request.all_headers, name) for name in signed.headers.split(";")}
    canonical = "\n".join(
        [
            request.method,
            request.path if signed.service == S3 else _canonical_path(request.mount + request.path),
            _canonical_query(signed.query),
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
    return hmac.digest(key, f"{ALGORITHM}\n{signed.time}\n{scope}\n{digest}".encode(), "sha256").hex()


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
