"""ID tokens of a Cognito user pool that has one user and exists on this machine only."""

import base64
import binascii
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from local.api.declaration import UserPool
from local.api.refusals import Refused

_LIFETIME = 24 * 3600
_USER = "00000000-0000-4000-8000-000000000000"


class Issuer:
    """Signs tokens for the pool's clients, and checks them as a Cognito authoriser does."""

    def __init__(self, pool: UserPool, region: str, clock: Callable[[], float] = time.time) -> None:
        self._clients = pool.clients
        self._url = f"https://cognito-idp.{region}.amazonaws.com/{pool.id}"
        self._clock = clock
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def token(self, **changes: Any) -> str:
        """A token that is good for a day, with some claims replaced."""
        now = int(self._clock())
        claims = {
            "sub": _USER,
            "cognito:username": _USER,
            "email": "dummy@example.com",
            "iss": self._url,
            "aud": self._clients[0],
            "token_use": "id",
            "auth_time": now,
            "iat": now,
            "exp": now + _LIFETIME,
            **changes,
        }
        head = f"{_encoded({'alg': 'RS256', 'kid': 'local', 'typ': 'JWT'})}.{_encoded(claims)}"
        signature = self._key.sign(head.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{head}.{_base64(signature)}"

    def claims(self, token: str | None) -> Mapping[str, str]:
        """The claims of a token, as text; refuses one that is not this pool's, or no longer good."""
        if not token:
            raise Refused("UNAUTHORIZED", "no token")
        head, _, signature = token.removeprefix("Bearer ").rpartition(".")
        try:
            self._key.public_key().verify(
                _decoded(signature), head.encode(), padding.PKCS1v15(), hashes.SHA256()
            )
            header, claims = (json.loads(_decoded(part)) for part in head.split("."))
        except (InvalidSignature, ValueError):
            raise Refused("UNAUTHORIZED", "the token is not one of this pool") from None
        expected = ("RS256", self._url, "id")
        if (header["alg"], claims["iss"], claims["token_use"]) != expected:
            raise Refused("UNAUTHORIZED", "the token is no ID token of this pool")
        if claims["aud"] not in self._clients:
            raise Refused("UNAUTHORIZED", "the token is for another client")
        if claims["exp"] <= self._clock():
            raise Refused("EXPIRED_TOKEN", "the token has expired")
        return {name: str(value) for name, value in claims.items()}


def _encoded(content: Mapping[str, Any]) -> str:
    return _base64(json.dumps(content, separators=(",", ":")).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text.encode("ascii") + b"==")
    except binascii.Error as error:
        raise ValueError("no base64") from error
