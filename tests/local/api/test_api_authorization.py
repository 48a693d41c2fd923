"""API keys with their limits, tokens of a user pool, and the throttling of a stage."""

from dataclasses import replace
from typing import Any

import jwt
import pytest
from apis import declared_api

from local.api.authorization import Authorization
from local.api.declaration import COGNITO, OPEN, ApiKey, Function, Method, UserPool
from local.api.refusals import Refused
from local.api.request import Request
from local.api.throttle import Bucket, Limit
from local.api.tokens import Issuer

FUNCTION = Function("f", "arn:aws:lambda:r:0:function:f", "s3://b/k", "m.h", {}, 3, 128, 1, "log")
POOL = UserPool("pool", "arn:aws:cognito-idp:r:0:userpool/pool", ["client"])
METHOD = Method("/churn", "id", "POST", OPEN, None, False, FUNCTION, 29)
KEYED = replace(METHOD, needs_key=True)
FOR_USERS = replace(METHOD, authorization=COGNITO, pool=POOL)


def authorization(method: Method, **changes: Any) -> Authorization:
    resources = {"/churn": {"POST": method}}
    return Authorization(declared_api(resources, **changes))


def request(**headers: str) -> Request:
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Request("POST", "/prod/churn", "", named, "127.0.0.1")


def kind(own: Authorization, method: Method, **headers: str) -> str:
    with pytest.raises(Refused) as refused:
        own.check(request(**headers), method)
    return refused.value.kind


def test_a_method_without_authorization_takes_everybody() -> None:
    assert authorization(METHOD).check(request(), METHOD).access_key is None


def test_a_key_of_the_stages_plan_is_the_caller() -> None:
    key = ApiKey("key", "dummy-key", None)
    own = authorization(KEYED, keys=[key])
    assert own.check(request(x_api_key="dummy-key"), KEYED).key == key
    assert kind(own, KEYED) == "INVALID_API_KEY"
    assert kind(own, KEYED, x_api_key="dummy-other") == "INVALID_API_KEY"
    assert own.credentials(KEYED) == ["--header", "X-Api-Key: dummy-key"]


def test_a_keys_plan_limits_its_requests() -> None:
    own = authorization(KEYED, keys=[ApiKey("key", "dummy-key", Limit(1e-6, 2))])
    for _ in range(2):
        own.check(request(x_api_key="dummy-key"), KEYED)
    assert kind(own, KEYED, x_api_key="dummy-key") == "THROTTLED"


def test_the_token_that_is_printed_is_a_user_of_the_pool() -> None:
    own = authorization(FOR_USERS)
    flag, header = own.credentials(FOR_USERS)
    name, _, token = header.partition(": ")
    assert (flag, name) == ("--header", "Authorization")
    caller = own.check(request(authorization=token), FOR_USERS)
    assert (caller.claims["aud"], caller.claims["token_use"]) == ("client", "id")


# "W1tb" is "[[[": a header that is nested deeper than json reads.
NESTED = f"{'W1tb' * 10_000}.e30.e30"


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", "e30.e30.", "é.é.é", "\udc80.e30.e30", "W10.e30.e30", NESTED]
)
def test_what_is_no_token_of_the_pool_is_unauthorized(token: str) -> None:
    assert kind(authorization(FOR_USERS), FOR_USERS, authorization=token) == "UNAUTHORIZED"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"aud": "another client"}, "UNAUTHORIZED"),
        ({"iss": "https://evil.example.com"}, "UNAUTHORIZED"),
        ({"token_use": "access"}, "UNAUTHORIZED"),
        ({"exp": 1}, "EXPIRED_TOKEN"),
    ],
)
def test_a_token_for_another_purpose_is_refused(changes: dict[str, Any], expected: str) -> None:
    issuer = Issuer(POOL, "r")
    assert refusal(issuer, issuer.token(**changes)) == expected


@pytest.mark.parametrize("claim", ["aud", "exp", "iss", "token_use"])
def test_a_token_without_a_claim_that_is_checked_is_refused(claim: str) -> None:
    issuer = Issuer(POOL, "r")
    claims = jwt.decode(issuer.token(), options={"verify_signature": False})
    del claims[claim]
    assert refusal(issuer, jwt.encode(claims, issuer._key, "RS256")) == "UNAUTHORIZED"


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS512"])
def test_a_token_that_another_algorithm_signed_is_refused(algorithm: str) -> None:
    issuer = Issuer(POOL, "r")
    claims = jwt.decode(issuer.token(), options={"verify_signature": False})
    keys: dict[str, Any] = {"none": None, "HS256": "dummy" * 20, "RS512": issuer._key}
    assert refusal(issuer, jwt.encode(claims, keys[algorithm], algorithm)) == "UNAUTHORIZED"


def refusal(issuer: Issuer, token: str) -> str:
    with pytest.raises(Refused) as refused:
        issuer.claims(token)
    return refused.value.kind


def test_a_token_of_another_pool_is_refused() -> None:
    with pytest.raises(Refused, match="UNAUTHORIZED"):
        Issuer(POOL, "r").claims(Issuer(POOL, "r").token())


def test_a_bucket_gives_its_burst_at_once_and_its_rate_later() -> None:
    now = [0.0]
    bucket = Bucket(Limit(rate=10, burst=3), clock=lambda: now[0])
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    now[0] = 0.25
    assert [bucket.take() for _ in range(3)] == [True, True, False]
    now[0] = 100.0
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
