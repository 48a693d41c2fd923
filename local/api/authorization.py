"""Authorization: a request's signature, token or API key is checked as its method declares."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from local.api import signature
from local.api.declaration import COGNITO, IAM, Api, ApiKey, Method
from local.api.refusals import Refused
from local.api.request import Request
from local.api.throttle import Bucket

KEY_HEADER = "x-api-key"


@dataclass(frozen=True)
class Caller:
    """The caller's identity, as the function gets it."""

    access_key: str | None = None
    key: ApiKey | None = None
    claims: Mapping[str, str] = field(default_factory=dict)


class Authorization:
    """The callers of one API."""

    def __init__(self, api: Api, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._region = api.region
        self._now = now
        self._keys = {key.value: key for key in api.keys}
        self._buckets = {key.value: Bucket(key.limit) for key in api.keys if key.limit}
        pools = {method.pool.id: method.pool for method in api.methods if method.pool}
        # Takes longer to import than other commands take to run.
        from local.api.tokens import Issuer  # noqa: PLC0415

        self._issuers = {name: Issuer(pool, api.region) for name, pool in pools.items()}

    def check(self, request: Request, method: Method) -> Caller:
        """The caller; refuses who may not call the method, or calls more often than its plan allows."""
        access_key, claims = None, {}
        if method.authorization == IAM:
            access_key = signature.check(request, self._region, self._now())
        elif method.authorization == COGNITO and method.pool:
            claims = dict(self._issuers[method.pool.id].claims(request.header("authorization")))
        return Caller(access_key, self._key(request) if method.needs_key else None, claims)

    def credentials(self, method: Method) -> list[str]:
        """The arguments with which curl may call the method."""
        arguments = []
        if method.authorization == IAM:
            arguments += ["--aws-sigv4", f"aws:amz:{self._region}:{signature.SERVICE}"]
            arguments += ["--user", f"{signature.ACCESS_KEY}:{signature.SECRET_KEY}"]
        elif method.authorization == COGNITO and method.pool:
            arguments += ["--header", f"Authorization: {self._issuers[method.pool.id].token()}"]
        if method.needs_key and self._keys:
            arguments += ["--header", f"X-Api-Key: {next(iter(self._keys))}"]
        return arguments

    def _key(self, request: Request) -> ApiKey:
        value = request.header(KEY_HEADER)
        if value is None or value not in self._keys:
            raise Refused("INVALID_API_KEY", "no key, or one that no usage plan of this stage has")
        if value in self._buckets and not self._buckets[value].take():
            raise Refused("THROTTLED", "the key's usage plan")
        return self._keys[value]
