"""Access tokens: short-lived signed JWTs, each for one user in one workspace."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt

from api.access.keys import derive_key, derive_keys
from api.http.errors import MAX_CREDENTIAL_BYTES, Problem, authentication_problem
from causeloop_pipeline.model.tenancy import SignInMethod

ISSUER, AUDIENCE, ALGORITHM = "causeloop", "causeloop-api", "HS256"
LIFETIME = timedelta(minutes=15)
MAX_LIFETIME = timedelta(hours=1)
HEADER_FIELDS = {"alg", "typ"}


@dataclass(frozen=True)
class AccessToken:
    """The claims of an access token."""

    user_id: UUID
    workspace_id: UUID
    session_id: UUID
    method: SignInMethod


def issue_access_token(token: AccessToken, now: datetime | None = None) -> str:
    """A signed access token."""
    issued_at = now or datetime.now(UTC)
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(token.user_id),
        "workspace_id": str(token.workspace_id),
        "sid": str(token.session_id),
        "method": token.method,
        "iat": issued_at,
        "exp": issued_at + LIFETIME,
        "jti": secrets.token_hex(8),
    }
    return jwt.encode(claims, derive_key("access token"), ALGORITHM)


def verify_access_token(encoded: str) -> AccessToken:
    """The claims of an access token; 401 unless this installation signed it and it is still valid."""
    claims = _decode_with_accepted_key(encoded)
    try:
        user_id, workspace_id, session_id = (UUID(claims[name]) for name in ("sub", "workspace_id", "sid"))
        return AccessToken(user_id, workspace_id, session_id, claims["method"])
    except (KeyError, ValueError, AttributeError, TypeError):
        raise invalid_token() from None


def _decode_with_accepted_key(encoded: str) -> dict[str, Any]:
    key, *accepted = derive_keys("access token")
    for older in accepted:
        try:
            return _decode_strictly(encoded, key)
        except Problem as refusal:
            if refusal.code != "invalid_credentials":
                raise
            key = older
    return _decode_strictly(encoded, key)


def _decode_strictly(encoded: str, key: bytes) -> dict[str, Any]:
    """A token's claims; rejects unknown header fields, missing standard claims, and long lifetimes."""
    if len(encoded) > MAX_CREDENTIAL_BYTES:
        raise invalid_token()
    try:
        if set(jwt.get_unverified_header(encoded)) - HEADER_FIELDS:
            raise invalid_token()
        claims: dict[str, Any] = jwt.decode(
            encoded,
            key,
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            audience=AUDIENCE,
            leeway=5,
            options={"require": ["exp", "iat", "iss", "aud", "sub"], "strict_aud": True},
        )
    except jwt.ExpiredSignatureError:
        raise refuse_expired() from None
    except (jwt.InvalidTokenError, ValueError, OverflowError, RecursionError):
        raise invalid_token() from None
    if float(claims["exp"]) - float(claims["iat"]) > MAX_LIFETIME.total_seconds():
        raise invalid_token()
    return claims


def refuse_expired() -> Problem:
    """401: the credential has expired or was revoked."""
    return authentication_problem(
        "token_expired", "this token has expired: refresh the session or sign in again"
    )


def invalid_token() -> Problem:
    """401 with the same text for every invalid token, so that the response reveals nothing."""
    return authentication_problem("invalid_credentials", "this is not a valid token")
