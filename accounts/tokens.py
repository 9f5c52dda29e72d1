"""Tokens as text: made, signed, read and hashed. Knows no table.

An access token is a JWT with the claims `sub email name iat exp`, and `sid`: the family of
refresh tokens it was issued with, by whose revocation it ends at once. A refresh token is
random and is stored as a hash only.
"""

import hashlib
import secrets
import warnings
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

import jwt
from django.conf import settings
from jwt.warnings import InsecureKeyLengthWarning

from exobrain.lib import clock

REFRESH_TOKEN_BYTES = 32
VERIFIED_TOKENS = 2048  # kept in memory, about 1 KB each
NEEDED_CLAIMS = ["sub", "email", "name", "iat", "exp"]
BEARER = "bearer "

# Only in local may the secret be that short; elsewhere exobrain.lib.config refuses to start.
warnings.filterwarnings("ignore", category=InsecureKeyLengthWarning)


@dataclass(frozen=True, slots=True)
class Claims:
    """What a genuine access token says."""

    user_id: UUID
    issued_at: float  # seconds since the epoch
    expires_at: int  # seconds since the epoch
    family_id: UUID | None  # None: signed by another service that shares the secret


def bearer_of(authorization: str | None) -> str | None:
    """The token in an Authorization header, if it is of that scheme."""
    if authorization and authorization[: len(BEARER)].lower() == BEARER:
        return authorization[len(BEARER) :]
    return None


def sign_access_token(*, user_id: UUID, email: str, name: str, family_id: UUID) -> str:
    """A signed JWT, valid from now for AUTH_ACCESS_TOKEN_TTL_SECONDS."""
    now = int(clock.now().timestamp())
    config = settings.EXOBRAIN
    claims = {
        "sub": str(user_id),
        "email": email,
        "name": name,
        "iat": now,
        "exp": now + config.auth_access_token_ttl_seconds,
        "sid": str(family_id),
    }
    return jwt.encode(
        claims, config.auth_jwt_secret.get_secret_value(), algorithm=config.auth_jwt_algorithm
    )


def read_access_token(text: str, *, expired_too: bool = False) -> Claims | None:
    """The claims; None when the signature is not ours, claims are missing, or it has expired.

    With `expired_too`, an expired token is read as well.
    """
    config = settings.EXOBRAIN
    secret = config.auth_jwt_secret.get_secret_value()
    try:
        claims = _verified(text, secret, config.auth_jwt_algorithm)
    # A signed token may still hold anything: a number too large, a list, an id that is none.
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError):
        return None
    is_expired = claims.expires_at <= clock.now().timestamp()
    return None if is_expired and not expired_too else claims


# A client sends the same token for a quarter of an hour, and checking one costs 90 µs. What is
# kept is that the signature is ours; what can change, its time and its family, is asked anew.
@lru_cache(maxsize=VERIFIED_TOKENS)
def _verified(text: str, secret: str, algorithm: str) -> Claims:
    payload = jwt.decode(
        text,
        secret,
        algorithms=[algorithm],
        options={"require": NEEDED_CLAIMS, "verify_exp": False},
    )
    if not isinstance(payload["email"], str) or not isinstance(payload["name"], str):
        raise TypeError("email and name are text")
    family = payload.get("sid")
    return Claims(
        user_id=UUID(payload["sub"]),
        issued_at=float(payload["iat"]),
        expires_at=int(payload["exp"]),
        family_id=None if family is None else UUID(str(family)),
    )


def new_refresh_token() -> str:
    """A random refresh token: 32 bytes, URL-safe base64, 43 characters."""
    return secrets.token_urlsafe(REFRESH_TOKEN_BYTES)


def digest_of(secret: str) -> str:
    """What is stored instead of a refresh token or a session key."""
    return hashlib.sha256(secret.encode()).hexdigest()
