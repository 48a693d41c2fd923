"""Signatures, against botocore's own signer."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import SigV4Auth
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
MISMATCH = ("INVALID_SIGNATURE", "the signature is of another request or key")


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


def test_the_time_that_was_signed_may_be_five_minutes_away() -> None:
    for minutes in (-4.9, 4.9):
        signature.check(ORIGINAL, REGION, NOW + timedelta(minutes=minutes))
    for minutes in (-6, 6, 60 * 24):
        kind = reason(ORIGINAL, NOW + timedelta(minutes=minutes))
        assert kind == ("INVALID_SIGNATURE", "signed at another time")


def test_an_amazon_header_that_is_not_signed_is_refused() -> None:
    changed = altered(ORIGINAL, headers=[*ORIGINAL.headers, ("x-amz-target", "other")])
    assert reason(changed) == ("INVALID_SIGNATURE", "not signed: x-amz-target")


def test_a_digest_that_is_not_the_bodys_is_refused() -> None:
    changed = sent(f"http://{HOST}/prod", headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"})
    assert reason(changed) == ("INVALID_SIGNATURE", "X-Amz-Content-Sha256 is not the body's digest")


def test_a_session_token_belongs_to_other_keys() -> None:
    changed = with_header(ORIGINAL, "x-amz-security-token", "session")
    assert reason(changed) == ("INVALID_SIGNATURE", "the only key here is dummy, without a session token")


@pytest.mark.parametrize("header", ["", "Bearer x", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=dummy"])
def test_another_kind_of_authorisation_is_no_signature(header: str) -> None:
    kind, _ = reason(with_header(ORIGINAL, "authorization", header))
    assert kind == "INVALID_SIGNATURE"


def test_no_authorisation_at_all_is_a_missing_token() -> None:
    headers = [(name, value) for name, value in ORIGINAL.headers if name != "authorization"]
    assert reason(altered(ORIGINAL, headers=headers))[0] == "MISSING_AUTHENTICATION_TOKEN"


@pytest.mark.parametrize("time", ["", "yesterday", "20260230T000000Z"])
def test_a_time_that_is_none_is_refused(time: str) -> None:
    kind, _ = reason(with_header(ORIGINAL, "x-amz-date", time))
    assert kind == "INVALID_SIGNATURE"
