"""The identity provider's word: a session token that it signed for us, checked against its published keys."""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2
import jwt

from api.auth.authenticate import MAX_CREDENTIAL_BYTES
from api.auth.tokens import invalid_token, strict_claims
from api.http.errors import Problem
from causeloop_pipeline.settings import settings

ALGORITHM = "RS256"
HEADER_FIELDS = {"alg", "typ", "kid", "cat"}
LONGEST_SESSION = timedelta(hours=24)
KEYS_LAST_SECONDS = 24 * 3600
ASK_AGAIN_AFTER_SECONDS = 30


@dataclass(frozen=True)
class Identity:
    """Who the provider says this is; the address only when the provider has verified it."""

    subject: str
    verified_email: str | None


@dataclass
class IssuerKeys:
    """The provider's keys: kept for a day, asked for twice a minute at most, used on when it is down."""

    keys: dict[str, jwt.PyJWK] = field(default_factory=dict)
    fetched_at: float = float("-inf")
    asked_at: float = float("-inf")

    @property
    def age_seconds(self) -> float:
        """How long ago the keys were fetched; NaN when they never were."""
        return time.monotonic() - self.fetched_at if self.keys else float("nan")

    async def key(self, key_id: str) -> jwt.PyJWK:
        """The key of an id; an unknown id asks the provider again, but not for every forger."""
        now = time.monotonic()
        wanting = key_id not in self.keys or now - self.fetched_at > KEYS_LAST_SECONDS
        if wanting and now - self.asked_at > ASK_AGAIN_AFTER_SECONDS:
            self.asked_at = now
            await self._fetch()
        if time.monotonic() - self.fetched_at > KEYS_LAST_SECONDS or key_id not in self.keys:
            raise invalid_token()
        return self.keys[key_id]

    async def _fetch(self) -> None:
        try:
            async with httpx2.AsyncClient(timeout=5) as client:
                listed = await _keys(client)
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            if self.keys:
                return  # the keys that are known last until they are a day old
            raise Problem(
                503, "identity_provider_unavailable", "the identity provider does not answer: try again"
            ) from error
        self.keys = {
            entry["kid"]: jwt.PyJWK(entry, algorithm=ALGORITHM)
            for entry in listed
            if entry.get("kty") == "RSA" and "kid" in entry
        }
        self.fetched_at = time.monotonic()


async def identity_of(token: str, keys: IssuerKeys) -> Identity:
    """Who a session token belongs to."""
    known = settings()
    if not known.oidc_issuer or not known.oidc_audience:
        raise Problem(
            503, "sso_not_configured", "CAUSELOOP_OIDC_ISSUER and CAUSELOOP_OIDC_AUDIENCE are not set"
        )
    claims = strict_claims(
        token,
        key=await keys.key(_key_id(token)),
        algorithms=[ALGORITHM],
        issuer=known.oidc_issuer,
        audience=known.oidc_audience,
        header_fields=HEADER_FIELDS,
        longest=LONGEST_SESSION,
    )
    email = claims.get("email")
    verified = isinstance(email, str) and claims.get("email_verified") is True
    return Identity(str(claims["sub"]), str(email).lower() if verified else None)


def _key_id(token: str) -> str:
    if len(token) > MAX_CREDENTIAL_BYTES:
        raise invalid_token()
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.InvalidTokenError, ValueError, RecursionError):
        raise invalid_token() from None
    if (
        set(header) - HEADER_FIELDS
        or header.get("alg") != ALGORITHM
        or not isinstance(header.get("kid"), str)
    ):
        raise invalid_token()
    return str(header["kid"])


async def _keys(client: httpx2.AsyncClient) -> list[dict[str, Any]]:
    known = settings()
    address = known.oidc_jwks_url
    if not address:
        issuer = str(known.oidc_issuer).rstrip("/")
        discovery = await client.get(f"{issuer}/.well-known/openid-configuration")
        address = discovery.raise_for_status().json()["jwks_uri"]
    answer = await client.get(address)
    return list(answer.raise_for_status().json()["keys"])
