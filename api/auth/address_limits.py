"""Limits before authentication: a token bucket per network address or connector, in this process's memory."""

import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.http.client_network import find_network
from api.http.errors import Problem

MAX_KEYS = 10_000
REFUSALS = {400, 401, 404, 408, 413, 415, 422}
"""What costs the reader more than the sender, and guesses of links, tokens and passwords."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


@dataclass
class AddressLimits:
    """A bucket of `burst` tokens per key that refills with `per_second`; the oldest keys are dropped."""

    burst: float
    per_second: float
    code: str
    detail: str
    buckets: OrderedDict[Hashable, tuple[float, float]] = field(default_factory=OrderedDict)
    valid_digests: OrderedDict[bytes, None] = field(default_factory=OrderedDict)

    def check(self, key: Hashable) -> None:
        """429 when the key's bucket is empty; takes nothing."""
        key = find_network(key) if isinstance(key, str) else key
        tokens = self._count(key, time.monotonic())
        if tokens < 1:
            wait_seconds = max(1, math.ceil((1 - tokens) / self.per_second))
            raise Problem(
                429,
                self.code,
                f"{self.detail}: wait {wait_seconds} s and try again",
                headers={"Retry-After": str(wait_seconds)},
            )

    def take(self, key: Hashable) -> None:
        """Take one token from the key's bucket."""
        key = find_network(key) if isinstance(key, str) else key
        now = time.monotonic()
        self.buckets[key] = (max(0.0, self._count(key, now) - 1), now)
        self.buckets.move_to_end(key)
        while len(self.buckets) > MAX_KEYS:
            self.buckets.popitem(last=False)

    def remember(self, credential: str) -> None:
        """Keep the digest of what was valid: others who share its address do not lock it out."""
        digest = hashlib.sha256(credential.encode()).digest()
        self.valid_digests[digest] = None
        self.valid_digests.move_to_end(digest)
        while len(self.valid_digests) > MAX_KEYS:
            self.valid_digests.popitem(last=False)

    def is_known(self, credential: str) -> bool:
        """Whether this was valid before."""
        return hashlib.sha256(credential.encode()).digest() in self.valid_digests

    def _count(self, key: Hashable, now: float) -> float:
        tokens, counted_at = self.buckets.get(key, (self.burst, now))
        return min(self.burst, tokens + (now - counted_at) * self.per_second)


def limit_invalid_credentials() -> AddressLimits:
    """The limit of invalid credentials from one address."""
    return AddressLimits(
        60, 1, "too_many_attempts", "too many invalid credentials or refused requests from your address"
    )


def count_refusals(endpoint: Handler) -> Handler:
    """Let requests without a caller that are refused cost their address tokens; 429 without one."""

    async def handle(request: Request) -> Response:
        limits: AddressLimits = request.app.state.address_limits
        address = read_address(request)
        limits.check(address)
        try:
            return await endpoint(request)
        except RequestValidationError:
            limits.take(address)
            raise
        except (Problem, HTTPException) as error:
            status = error.status if isinstance(error, Problem) else error.status_code
            if status in REFUSALS:
                limits.take(address)
            raise

    return handle


def limit_deliveries() -> AddressLimits:
    """The limit of webhook deliveries to one connector."""
    return AddressLimits(200, 20, "rate_limited", "too many deliveries to this connector")


def limit_documents() -> AddressLimits:
    """The limit of reading the API's document from one address: it is long, and whoever reads it keeps it."""
    return AddressLimits(60, 1, "rate_limited", "the API document is read too often from your address")


def count_document_read(request: Request) -> None:
    """Let a read of the API's document cost its address a token; 429 without one."""
    limits: AddressLimits = request.app.state.document_limits
    address = read_address(request)
    limits.check(address)
    limits.take(address)


def read_address(request: Request) -> str:
    """The network address of the client, as the server's proxy settings determine it."""
    return request.client.host if request.client else ""
