"""The identity provider as it describes itself (OpenID Connect Discovery): checked, bounded, kept an hour.

A sign-in that begins asks the provider nothing, and makes no TLS context: anybody may begin one.
"""

import asyncio
import ipaddress
import logging
import ssl
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2
from starlette.concurrency import run_in_threadpool

from api.http.errors import Problem
from causeloop_pipeline.settings import settings

TIMEOUT_SECONDS = 5
MAX_BYTES = 262_144
MAX_AGE_SECONDS, MAX_AGE_WHILE_DOWN_SECONDS = 3_600, 24 * 3_600
MIN_FETCH_INTERVAL_SECONDS = 30
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
USERINFO = "userinfo_endpoint"

log = logging.getLogger("causeloop.api")


@dataclass(frozen=True)
class ProviderDescription:
    """What a provider says of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    names_itself: bool
    """Whether its answers to a browser name it (RFC 9207)."""

    userinfo_endpoint: str | None = None
    """Where it says more of a person than in its tokens; None: nowhere."""


class MismatchError(Exception):
    """A provider is not the one that this installation trusts; the message says why."""


class _BoundedStream(httpx2.AsyncByteStream):
    """The bytes of an answer, as long as they are not too many."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self.stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        total = 0
        async for chunk in self.stream:
            total += len(chunk)
            if total > MAX_BYTES:
                raise httpx2.ReadError(f"the identity provider answered more than {MAX_BYTES:,} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self.stream.aclose()


async def _limit_bytes(response: httpx2.Response) -> None:
    """Let no answer be larger than the bound, nor become so when it is unpacked."""
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise httpx2.ReadError("the identity provider compressed its answer, which was not requested")
    if not isinstance(response.stream, httpx2.AsyncByteStream):
        raise httpx2.ReadError("the identity provider's answer cannot be read piece by piece")
    response.stream = _BoundedStream(response.stream)


@dataclass
class IdentityProvider:
    """The provider that this installation trusts."""

    description: ProviderDescription | None = None
    fetched_at: float = float("-inf")
    attempted_at: float = float("-inf")
    attempted_issuer: str = ""
    failure: Problem | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    context: ssl.SSLContext | None = None

    async def describe(self) -> ProviderDescription:
        """Its description, fetched again after an hour, or kept for a day while it does not respond."""
        issuer = str(settings().oidc_issuer)
        async with self.lock:
            now = time.monotonic()
            if self._has_description(issuer, now, MAX_AGE_SECONDS):
                return self._description
            if issuer != self.attempted_issuer or now - self.attempted_at > MIN_FETCH_INTERVAL_SECONDS:
                self.attempted_at, self.attempted_issuer = now, issuer
                await self._fetch(issuer)
            if self._has_description(issuer, now, MAX_AGE_WHILE_DOWN_SECONDS):
                return self._description
            raise self.failure or unavailable()

    @property
    def _description(self) -> ProviderDescription:
        if self.description is None:
            raise unavailable()
        return self.description

    def _has_description(self, issuer: str, now: float, max_age_seconds: float) -> bool:
        is_of_issuer = self.description is not None and self.description.issuer == issuer
        return is_of_issuer and now - self.fetched_at <= max_age_seconds

    async def _fetch(self, issuer: str) -> None:
        address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            self.description = _read_description(await self.get_json(address), issuer)
            self.fetched_at, self.failure = time.monotonic(), None
        except MismatchError as mismatch:
            log.error("the identity provider %s is refused: %s", issuer, mismatch)
            self.description, self.failure = None, _refuse()
        except (httpx2.HTTPError, ValueError, RecursionError, KeyError, AttributeError) as error:
            log.warning("the identity provider %s does not respond as expected: %s", issuer, error)
            self.failure = unavailable()

    async def get_json(self, address: str, access_token: str | None = None) -> Any:
        """A JSON document of the provider's, for everybody or for who has a token."""
        headers = {"Authorization": f"Bearer {access_token}"} if access_token else {}
        async with httpx2.AsyncClient(**await self.build_client_options()) as client:
            return (await client.get(address, headers=headers)).raise_for_status().json()

    async def build_client_options(self) -> dict[str, Any]:
        """How a client of the provider is made."""
        if self.context is None:
            self.context = await run_in_threadpool(httpx2.create_ssl_context)
        return {
            "verify": self.context,
            "timeout": TIMEOUT_SECONDS,
            "headers": {"Accept-Encoding": "identity"},
            "event_hooks": {"response": [_limit_bytes]},
        }


def _read_description(document: Any, issuer: str) -> ProviderDescription:
    """What a document says; MismatchError where it is of another provider, or names an unsafe address."""
    if document.get("issuer") != issuer:
        called = str(document.get("issuer"))[:200]
        raise MismatchError(f"it calls itself {called!r}: if that is right, set CAUSELOOP_OIDC_ISSUER to it")
    userinfo = document.get(USERINFO)
    for name in ENDPOINTS + ((USERINFO,) if userinfo is not None else ()):
        if not is_confidential(document[name]):
            raise MismatchError(f"its {name} is not an https address")
    addresses = {name: document[name] for name in ENDPOINTS}
    names_itself = document.get("authorization_response_iss_parameter_supported") is True
    return ProviderDescription(
        issuer=issuer, names_itself=names_itself, userinfo_endpoint=userinfo, **addresses
    )


def is_confidential(address: Any) -> bool:
    """Whether nobody on the way reads what is sent to an address: it is https, or on this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except (ValueError, AttributeError, TypeError):
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host)))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def unavailable() -> Problem:
    """503: the provider does not respond."""
    return Problem(
        503,
        "identity_provider_unavailable",
        "the identity provider does not respond: try again in a minute",
        headers={"Retry-After": "60"},
    )


def _refuse() -> Problem:
    return Problem(
        503,
        "identity_provider_mismatch",
        "the identity provider describes itself as another one, or names an address that is not https: its "
        "operator finds what is wrong in the log of the API",
    )
