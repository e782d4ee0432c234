"""OpenID Connect: verifies a session token of the identity provider against the provider's published keys."""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2
import jwt

from api.auth.tokens import TokenRules, decode_strictly, invalid_token
from api.http.errors import MAX_CREDENTIAL_BYTES, Problem
from causeloop_pipeline.settings import settings

ALGORITHM = "RS256"
HEADER_FIELDS = {"alg", "typ", "kid", "cat"}
MAX_LIFETIME = timedelta(hours=24)
MAX_KEY_AGE_SECONDS = 24 * 3600
MIN_FETCH_INTERVAL_SECONDS = 30


@dataclass(frozen=True)
class Identity:
    """A user at the identity provider; the e-mail address only where the provider has verified it."""

    subject: str
    verified_email: str | None


@dataclass
class IssuerKeys:
    """A cache of the provider's keys: valid for a day, fetched every 30 s at most, kept while it is down."""

    keys: dict[str, jwt.PyJWK] = field(default_factory=dict)
    fetched_at: float = float("-inf")
    attempted_at: float = float("-inf")

    @property
    def age_seconds(self) -> float:
        """Seconds since the keys were fetched; NaN if they never were."""
        return time.monotonic() - self.fetched_at if self.keys else float("nan")

    async def find_key(self, key_id: str) -> jwt.PyJWK:
        """The key of an id; an unknown id fetches the keys again, but not more often than allowed."""
        now = time.monotonic()
        needs_fetch = key_id not in self.keys or now - self.fetched_at > MAX_KEY_AGE_SECONDS
        if needs_fetch and now - self.attempted_at > MIN_FETCH_INTERVAL_SECONDS:
            self.attempted_at = now
            await self._fetch()
        if time.monotonic() - self.fetched_at > MAX_KEY_AGE_SECONDS or key_id not in self.keys:
            raise invalid_token()
        return self.keys[key_id]

    async def _fetch(self) -> None:
        try:
            async with httpx2.AsyncClient(timeout=5) as client:
                entries = await _download_keys(client)
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            if self.keys:
                return  # the cached keys stay valid until they are a day old
            raise Problem(
                503,
                "identity_provider_unavailable",
                "the identity provider does not respond: try again in a minute",
            ) from error
        self.keys = {
            entry["kid"]: jwt.PyJWK(entry, algorithm=ALGORITHM)
            for entry in entries
            if entry.get("kty") == "RSA" and "kid" in entry
        }
        self.fetched_at = time.monotonic()


async def verify_identity(token: str, keys: IssuerKeys) -> Identity:
    """The user that a session token of the identity provider belongs to."""
    issuer, audience = settings().oidc_issuer, settings().oidc_audience
    if not issuer or not audience:
        raise Problem(
            503,
            "sso_not_configured",
            "single sign-on is not configured: set CAUSELOOP_OIDC_ISSUER and CAUSELOOP_OIDC_AUDIENCE",
        )
    key = await keys.find_key(_read_key_id(token))
    rules = TokenRules(issuer, audience, ALGORITHM, HEADER_FIELDS, MAX_LIFETIME)
    claims = decode_strictly(token, key, rules)
    email = claims.get("email")
    is_verified = isinstance(email, str) and claims.get("email_verified") is True
    return Identity(str(claims["sub"]), str(email).lower() if is_verified else None)


def _read_key_id(token: str) -> str:
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


async def _download_keys(client: httpx2.AsyncClient) -> list[dict[str, Any]]:
    address = settings().oidc_jwks_url
    if not address:
        issuer = str(settings().oidc_issuer).rstrip("/")
        discovery = await client.get(f"{issuer}/.well-known/openid-configuration")
        address = discovery.raise_for_status().json()["jwks_uri"]
    response = await client.get(address)
    return list(response.raise_for_status().json()["keys"])
