"""Platform tokens: a signed statement that a user works in one workspace, valid for minutes."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import jwt

from api.access.keys import derived_key
from api.auth.authenticate import MAX_CREDENTIAL_BYTES, unauthorized

ISSUER, AUDIENCE, ALGORITHM = "causeloop", "causeloop-api", "HS256"
LIFETIME = timedelta(minutes=15)
LONGEST_SESSION = timedelta(hours=1)
HEADER_FIELDS = {"alg", "typ"}

Method = Literal["oidc", "password"]


@dataclass(frozen=True)
class Session:
    """What a platform token says."""

    user_id: UUID
    workspace_id: UUID
    method: Method


def issue_access_token(session: Session, now: datetime | None = None) -> str:
    """A token for one user in one workspace."""
    issued = now or datetime.now(UTC)
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(session.user_id),
        "workspace_id": str(session.workspace_id),
        "method": session.method,
        "iat": issued,
        "exp": issued + LIFETIME,
        "jti": secrets.token_hex(8),
    }
    return jwt.encode(claims, derived_key("access token"), ALGORITHM)


def verify_access_token(token: str) -> Session:
    """What a token says, if we signed it and it is still valid."""
    claims = strict_claims(
        token,
        key=derived_key("access token"),
        algorithms=[ALGORITHM],
        issuer=ISSUER,
        audience=AUDIENCE,
        header_fields=HEADER_FIELDS,
        longest=LONGEST_SESSION,
    )
    try:
        return Session(UUID(claims["sub"]), UUID(claims["workspace_id"]), claims["method"])
    except (KeyError, ValueError, AttributeError, TypeError):
        raise invalid_token() from None


def strict_claims(
    token: str,
    *,
    key: Any,
    algorithms: list[str],
    issuer: str,
    audience: str,
    header_fields: set[str],
    longest: timedelta,
) -> dict[str, Any]:
    """A token's claims, read strictly: known header fields only, every standard claim, a short life."""
    if len(token) > MAX_CREDENTIAL_BYTES:
        raise invalid_token()
    try:
        if set(jwt.get_unverified_header(token)) - header_fields:
            raise invalid_token()
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=algorithms,
            issuer=issuer,
            audience=audience,
            leeway=5,
            options={"require": ["exp", "iat", "iss", "aud", "sub"], "strict_aud": True},
        )
    except jwt.ExpiredSignatureError:
        raise unauthorized("token_expired", "this session has expired: refresh it or sign in again") from None
    except (jwt.InvalidTokenError, ValueError, OverflowError, RecursionError):
        raise invalid_token() from None
    if float(claims["exp"]) - float(claims["iat"]) > longest.total_seconds():
        raise invalid_token()
    return claims


def invalid_token() -> Exception:
    """One answer for every token that does not count, so that it teaches nothing."""
    return unauthorized("invalid_credentials", "this is not a valid token")
