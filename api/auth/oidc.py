"""OpenID Connect: verifies a session token of the identity provider against the provider's published keys.

joserfc and Authlib verify signature and claims. The rules here are stricter than the standard: allowed header
fields, one algorithm for each key type, one audience, and a maximum lifetime.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2
from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import Key, import_key
from joserfc.registry import HeaderParameter

from api.auth.identity_provider import IdentityProvider, unavailable
from api.auth.tokens import invalid_token, refuse_expired
from api.http.errors import MAX_CREDENTIAL_BYTES, Problem, authentication_problem
from causeloop_pipeline.settings import settings

ALGORITHMS = {"RSA": "RS256", "EC": "ES256"}
"""Key type → the only algorithm that its keys may sign with."""

HEADER_FIELDS = {"alg", "typ", "kid", "cat"}
REGISTRY = jws.JWSRegistry({"cat": HeaderParameter("Category of a token", "str")})
LEEWAY_SECONDS = 5
MAX_LIFETIME = timedelta(hours=24)
MAX_KEY_AGE_SECONDS = 24 * 3600
MIN_FETCH_INTERVAL_SECONDS = 30


@dataclass(frozen=True)
class Identity:
    """A person at the identity provider; the e-mail address only where the provider has verified it."""

    issuer: str
    subject: str
    verified_email: str | None


@dataclass(frozen=True)
class IssuerKey:
    """A published key, and the algorithm by which it signs."""

    key: Key
    algorithm: str


@dataclass
class IssuerKeys:
    """A cache of the provider's keys: valid for a day, fetched every 30 s at most, kept while it is down."""

    provider: IdentityProvider = field(default_factory=IdentityProvider)
    keys: dict[str, IssuerKey] = field(default_factory=dict)
    issuer: str = ""
    fetched_at: float = float("-inf")
    attempted_at: float = float("-inf")
    is_failing: bool = False

    @property
    def age_seconds(self) -> float:
        """Seconds since the keys were fetched; NaN if they never were."""
        return time.monotonic() - self.fetched_at if self.keys else float("nan")

    async def find_key(self, key_id: str, issuer: str) -> IssuerKey:
        """The key of an id; an unknown id fetches the keys again, but not more often than allowed."""
        now = time.monotonic()
        if issuer != self.issuer:
            self.keys, self.issuer, self.attempted_at = {}, issuer, float("-inf")
        needs_fetch = key_id not in self.keys or now - self.fetched_at > MAX_KEY_AGE_SECONDS
        if needs_fetch and now - self.attempted_at > MIN_FETCH_INTERVAL_SECONDS:
            self.attempted_at = now
            await self._fetch()
        elif self.is_failing and not self.keys:
            raise unavailable()
        if time.monotonic() - self.fetched_at > MAX_KEY_AGE_SECONDS or key_id not in self.keys:
            raise invalid_token()
        return self.keys[key_id]

    async def _fetch(self) -> None:
        try:
            address = settings().oidc_jwks_url or (await self.provider.describe()).jwks_uri
            entries = list((await self.provider.get_json(address))["keys"])
        except (Problem, httpx2.HTTPError, ValueError, RecursionError, KeyError, TypeError) as error:
            self.is_failing = True
            if self.keys:
                return  # the cached keys stay valid until they are a day old
            raise error if isinstance(error, Problem) else unavailable() from error
        self.is_failing = False
        self.keys = dict(filter(None, map(_read_key, entries)))
        self.fetched_at = time.monotonic()


def _read_key(entry: Any) -> tuple[str, IssuerKey] | None:
    """The id and key of an entry; None for one that is malformed or not for signatures."""
    algorithm = ALGORITHMS.get(str(entry.get("kty"))) if isinstance(entry, dict) else None
    if (
        algorithm is None
        or not isinstance(entry.get("kid"), str)
        or entry.get("use", "sig") != "sig"
        or entry.get("alg", algorithm) != algorithm
        or "verify" not in entry.get("key_ops", ["verify"])
    ):
        return None
    try:
        return entry["kid"], IssuerKey(import_key(entry), algorithm)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def not_configured() -> Problem:
    """403: no identity provider is configured."""
    return Problem(
        403,
        "sso_not_configured",
        "single sign-on is not configured: set CAUSELOOP_OIDC_ISSUER and CAUSELOOP_OIDC_AUDIENCE",
    )


async def verify_identity(
    token: str, keys: IssuerKeys, client_id: str | None = None, nonce: str | None = None
) -> Identity:
    """The user that a token of the identity provider belongs to: a session token, or that of a flow."""
    issuer, audience = settings().oidc_issuer, client_id or settings().oidc_audience
    if not issuer or not audience:
        raise not_configured()
    key = await keys.find_key(_read_key_id(token), issuer)
    claims = _read_claims(token, key, issuer, audience, nonce)
    if claims.get("azp", audience) not in _list_authorized_parties(audience):
        raise invalid_token()  # issued for another application at the same provider
    if claims.get("sts", "active") != "active":
        raise invalid_token()  # the person still has to do something at the provider
    return Identity(issuer, str(claims["sub"]), read_verified_email(claims))


def read_verified_email(claims: Mapping[str, Any]) -> str | None:
    """The e-mail address among claims of a person, where the provider has verified it."""
    email = claims.get("email")
    return email.lower() if isinstance(email, str) and claims.get("email_verified") is True else None


def _read_claims(token: str, key: IssuerKey, issuer: str, audience: str, nonce: str | None) -> dict[str, Any]:
    """The claims of a token that is signed, still valid, and meant for us and for this sign-in."""
    expected = {
        name: {"essential": True, "value": value} for name, value in (("iss", issuer), ("aud", audience))
    }
    try:
        signed = jwt.decode(token, key.key, [key.algorithm], REGISTRY)
        claims = CodeIDToken(signed.claims, signed.header, expected, {"nonce": nonce})
        claims.validate(leeway=LEEWAY_SECONDS)
    except ExpiredTokenError:
        raise refuse_expired() from None
    except (JoseError, ValueError, TypeError, OverflowError, RecursionError):
        raise invalid_token() from None
    is_too_long = float(claims["exp"]) - float(claims["iat"]) > MAX_LIFETIME.total_seconds()
    if is_too_long or claims["aud"] not in (audience, [audience]):
        raise invalid_token()
    return dict(claims)


def unknown_user() -> Problem:
    """401: the provider knows the person, and this installation does not."""
    return authentication_problem(
        "unknown_user", "no user belongs to this identity: ask an admin for an invitation"
    )


def _list_authorized_parties(audience: str) -> list[str]:
    named = [party.strip() for party in settings().oidc_authorized_parties.split(",")]
    return [audience, settings().public_url.rstrip("/"), *filter(None, named)]


def _read_key_id(token: str) -> str:
    if len(token) > MAX_CREDENTIAL_BYTES:
        raise invalid_token()
    try:
        header = jws.extract_compact(token.encode(), registry=REGISTRY).headers()
    except (JoseError, ValueError, RecursionError):
        raise invalid_token() from None
    if (
        set(header) - HEADER_FIELDS
        or header.get("alg") not in ALGORITHMS.values()
        or not isinstance(header.get("kid"), str)
    ):
        raise invalid_token()
    return str(header["kid"])
