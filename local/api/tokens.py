"""ID tokens of a Cognito user pool that has one user and exists on this machine only."""

import time
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from local.api.declaration import UserPool
from local.api.refusals import Refused

_ALGORITHM = "RS256"
_LIFETIME = 24 * 3600
_USER = "00000000-0000-4000-8000-000000000000"


class Issuer:
    """Signs tokens for the pool's clients, and checks them as a Cognito authorizer does."""

    def __init__(self, pool: UserPool, region: str) -> None:
        self._clients = pool.clients
        self._url = f"https://cognito-idp.{region}.amazonaws.com/{pool.id}"
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def token(self, **changes: Any) -> str:
        """A token that is good for a day, with some claims replaced."""
        now = int(time.time())
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
        return jwt.encode(claims, self._key, _ALGORITHM, headers={"kid": "local"})

    def claims(self, token: str | None) -> Mapping[str, str]:
        """The claims of a token, as text; refuses one that is not this pool's, or no longer good."""
        if not token:
            raise Refused("UNAUTHORIZED", "no token")
        try:
            claims = jwt.decode(
                token.removeprefix("Bearer "),
                self._key.public_key(),
                algorithms=[_ALGORITHM],
                audience=self._clients,
                issuer=self._url,
                options={"require": ["aud", "exp", "iss", "token_use"]},
            )
        except jwt.ExpiredSignatureError:
            raise Refused("EXPIRED_TOKEN", "the token has expired") from None
        # A token that cannot be encoded as UTF-8 is none, which PyJWT does not say in its own way.
        except (jwt.InvalidTokenError, UnicodeError) as error:
            raise Refused("UNAUTHORIZED", f"not a token of this user pool: {error}") from None
        if claims["token_use"] != "id":  # noqa: S105 - no password
            raise Refused("UNAUTHORIZED", "not an ID token")
        return {name: str(value) for name, value in claims.items()}
