"""Signatures, against botocore's own signer."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from local.api import signature
from local.api.refusals import Refused
from local.api.request import Request

REGION = "eu-central-1"
HOST = "127.0.0.1:8081"
NOW = datetime.now(UTC)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8)
VISIBLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12)


def sent(
    url: str, method: str = "POST", body: bytes = b"", headers: Mapping[str, str] | None = None
) -> Request:
    """The request as the gateway gets it, signed by botocore."""
    request = AWSRequest("POST", url, data=body, headers=dict(headers or {}))
    SigV4Auth(Credentials(signature.ACCESS_KEY, signature.SECRET_KEY), "execute-api", REGION).add_auth(
        request
    )
    parts = urlsplit(url)
    pairs = [(name.lower(), value.strip()) for name, value in request.headers.items()]
    return Request("POST", parts.path, parts.query, [("host", HOST), *pairs], "127.0.0.1", body)


def signed_at(request: Request) -> datetime:
    """The clock that the checks are told: a test run may take longer than a signature is good for."""
    try:
        signed = datetime.strptime(dict(request.headers).get("x-amz-date", ""), "%Y%m%dT%H%M%SZ")
    except ValueError:
        return NOW
    return signed.replace(tzinfo=UTC)


def check(request: Request) -> str:
    return signature.check(request, REGION, signed_at(request))


def reason(request: Request, now: datetime | None = None) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        signature.check(request, REGION, now or signed_at(request))
    return refused.value.kind, refused.value.reason


@given(
    parts=st.lists(TEXT.filter(lambda part: part not in (".", "..")), max_size=4),
    query=st.lists(st.tuples(TEXT, TEXT), max_size=3),
    body=st.binary(max_size=64),
    value=VISIBLE,
)
def test_what_botocore_signs_is_accepted(
    parts: list[str], query: list[tuple[str, str]], body: bytes, value: str
) -> None:
    path = "/".join(quote(part, safe="") for part in ["prod", *parts])
    text = "&".join(f"{quote(name, safe='')}={quote(one, safe='')}" for name, one in query)
    url = f"http://{HOST}/{path}" + (f"?{text}" if text else "")
    assert check(sent(url, body=body, headers={"X-Custom": value})) == signature.ACCESS_KEY


def altered(request: Request, **changes: object) -> Request:
    parts = {
        name: getattr(request, name) for name in ("method", "path", "query", "headers", "source", "body")
    }
    return Request(**{**parts, **changes})  # type: ignore[arg-type]


def with_header(request: Request, name: str, value: str) -> Request:
    return altered(request, headers=[(k, v) for k, v in request.headers if k != name] + [(name, value)])


ORIGINAL = sent(f"http://{HOST}/prod/churn?a=1", body=b"row", headers={"Content-Type": "text/csv"})
MISMATCH = ("INVALID_SIGNATURE", "the signature does not match the request or the key")


@pytest.mark.parametrize(
    "changed",
    [
        altered(ORIGINAL, method="PUT"),
        altered(ORIGINAL, path="/prod/churn/"),
        altered(ORIGINAL, query="a=2"),
        altered(ORIGINAL, body=b"row2"),
        with_header(ORIGINAL, "host", "evil.example.com"),
        with_header(ORIGINAL, "content-type", "text/plain"),
    ],
)
def test_whatever_was_signed_cannot_be_changed(changed: Request) -> None:
    assert check(ORIGINAL)
    assert reason(changed) == MISMATCH


class _Presigner(SigV4QueryAuth):
    """botocore's own moves a body into the query; this one leaves it where it is, and signs it."""

    body = b""

    def payload(self, request: AWSRequest) -> str:
        return hashlib.sha256(self.body).hexdigest()


def presigned(
    url: str, body: bytes = b"", expires: int = 60, token: str | None = None, **headers: str
) -> Request:
    """The request for a URL that botocore has signed."""
    keys = Credentials(signature.ACCESS_KEY, signature.SECRET_KEY, token)
    request = AWSRequest("POST", url, headers=headers)
    signer = _Presigner(keys, "execute-api", REGION, expires=expires)
    signer.body = body
    signer.add_auth(request)
    parts = urlsplit(request.url)
    pairs = [(name.lower(), value) for name, value in request.headers.items()]
    return Request("POST", parts.path, parts.query, [("host", HOST), *pairs], "127.0.0.1", body)


def presigned_at(request: Request) -> datetime:
    return datetime.strptime(request.parameters["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


@given(
    parts=st.lists(TEXT.filter(lambda part: part not in (".", "..")), max_size=4),
    query=st.dictionaries(TEXT.filter(bool), TEXT, max_size=3),
    body=st.binary(max_size=64),
)
def test_what_botocore_presigns_is_accepted(parts: list[str], query: dict[str, str], body: bytes) -> None:
    path = "/".join(quote(part, safe="") for part in ["prod", *parts])
    text = "&".join(f"{quote(name, safe='')}={quote(one, safe='')}" for name, one in query.items())
    request = presigned(f"http://{HOST}/{path}" + (f"?{text}" if text else ""), body)
    assert signature.check(request, REGION, presigned_at(request)) == signature.ACCESS_KEY


URL = presigned(f"http://{HOST}/prod/churn?a=1", b"row", expires=900)
LATE = ("INVALID_SIGNATURE", "the presigned URL has expired, or is not valid yet")


@pytest.mark.parametrize("seconds", [-299, 0, 299, 301, 900])
def test_a_presigned_url_is_good_until_it_expires(seconds: int) -> None:
    signature.check(URL, REGION, presigned_at(URL) + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-301, 901, 86_400])
def test_a_presigned_url_is_good_for_no_longer(seconds: int) -> None:
    assert reason(URL, presigned_at(URL) + timedelta(seconds=seconds)) == LATE


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (altered(URL, method="PUT"), MISMATCH[1]),
        (altered(URL, path="/prod/other"), MISMATCH[1]),
        (altered(URL, body=b"row2"), MISMATCH[1]),
        (altered(URL, query=URL.query + "&b=2"), MISMATCH[1]),
        (altered(URL, query=URL.query.replace("a=1", "a=2")), MISMATCH[1]),
        (altered(URL, query=URL.query.replace("Expires=900", "Expires=9000")), MISMATCH[1]),
        (with_header(URL, "host", "evil.example.com"), MISMATCH[1]),
        (altered(URL, query=URL.query + "&X-Amz-Expires=9"), "repeated: X-Amz-Expires"),
        (
            altered(URL, query=URL.query.replace("X-Amz-Expires=900", "X-Amz-Expires=")),
            "X-Amz-Expires is not",
        ),
        (altered(URL, query=URL.query.replace("X-Amz-Expires=900&", "")), "X-Amz-Expires is not"),
        (altered(URL, query=URL.query.replace("Expires=900", "Expires=604801")), "X-Amz-Expires is not"),
        (altered(URL, query=URL.query.replace("Expires=900", "Expires=0")), "X-Amz-Expires is not"),
        (altered(URL, query=URL.query.replace("X-Amz-Date", "X-Amz-Dated")), "X-Amz-Date is missing"),
        (
            altered(URL, query=URL.query.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")),
            "the query string is",
        ),
        (altered(URL, query="X-Amz-Algorithm=AWS4-HMAC-SHA256"), "the query string is not in the format of"),
        (
            with_header(URL, "authorization", "AWS4-HMAC-SHA256"),
            "signed both in the Authorization header and",
        ),
        (presigned(f"http://{HOST}/prod", token="session"), "expected the access key dummy"),
    ],
)
def test_a_presigned_url_that_is_changed_is_refused(changed: Request, why: str) -> None:
    kind, found = reason(changed, presigned_at(URL))
    assert kind == "INVALID_SIGNATURE"
    assert found.startswith(why)


def test_the_time_that_was_signed_may_be_five_minutes_away() -> None:
    for minutes in (-4.9, 4.9):
        signature.check(ORIGINAL, REGION, NOW + timedelta(minutes=minutes))
    for minutes in (-6, 6, 60 * 24):
        kind = reason(ORIGINAL, NOW + timedelta(minutes=minutes))
        assert kind == ("INVALID_SIGNATURE", "signed more than 5 minutes before or after now")


def test_an_amazon_header_that_is_not_signed_is_refused() -> None:
    changed = altered(ORIGINAL, headers=[*ORIGINAL.headers, ("x-amz-target", "other")])
    assert reason(changed) == ("INVALID_SIGNATURE", "not signed: x-amz-target")


def test_a_digest_that_is_not_the_bodys_is_refused() -> None:
    changed = sent(f"http://{HOST}/prod", headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"})
    assert reason(changed) == ("INVALID_SIGNATURE", "X-Amz-Content-Sha256 does not match the body")


def test_a_session_token_belongs_to_other_keys() -> None:
    changed = with_header(ORIGINAL, "x-amz-security-token", "session")
    assert reason(changed) == ("INVALID_SIGNATURE", "expected the access key dummy, without a session token")


@pytest.mark.parametrize("header", ["", "Bearer x", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=dummy"])
def test_another_kind_of_authorization_is_no_signature(header: str) -> None:
    kind, _ = reason(with_header(ORIGINAL, "authorization", header))
    assert kind == "INVALID_SIGNATURE"


def test_no_authorization_at_all_is_a_missing_token() -> None:
    headers = [(name, value) for name, value in ORIGINAL.headers if name != "authorization"]
    assert reason(altered(ORIGINAL, headers=headers))[0] == "MISSING_AUTHENTICATION_TOKEN"


@pytest.mark.parametrize("time", ["", "yesterday", "20260230T000000Z"])
def test_a_time_that_is_none_is_refused(time: str) -> None:
    kind, _ = reason(with_header(ORIGINAL, "x-amz-date", time))
    assert kind == "INVALID_SIGNATURE"
