"""Limits before authentication: a token bucket per network address or connector, in this process's memory."""

import hashlib
import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

from fastapi import Request

from api.http.errors import Problem

MAX_KEYS = 10_000


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
    return AddressLimits(60, 1, "too_many_attempts", "too many invalid credentials from your address")


def limit_deliveries() -> AddressLimits:
    """The limit of webhook deliveries to one connector."""
    return AddressLimits(200, 20, "rate_limited", "too many deliveries to this connector")


def find_network(address: str) -> str:
    """What limits count as one sender: an IPv4 address, or the 64-bit network that an IPv6 host has whole."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    return str(parsed.ipv4_mapped or ipaddress.IPv6Network((int(parsed), 64), strict=False))


def read_address(request: Request) -> str:
    """The network address of the client, as the server's proxy settings determine it."""
    return request.client.host if request.client else ""
