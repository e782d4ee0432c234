"""Rate limits: a token bucket per workspace; 429 with Retry-After when it is empty.

A caller with few requests takes each token singly from the bucket in PostgreSQL. For a caller with many
requests a second this process leases some in advance: twice as many as last time if those were spent within a
second, otherwise as many as were spent; at most a sixteenth of what is left, and no more than refills during
the lease. So all processes together never hand out more than the bucket holds, and near its end every token
is counted. Of several requests that need tokens at the same time, one takes them for all.
"""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from api.auth.queries import rate_limits
from api.http.errors import Problem
from causeloop_pipeline.model.plans import PLANS

LEASE_SECONDS = 1.0
MAX_LEASE = 256
MAX_WORKSPACES = 10_000


@dataclass(frozen=True)
class RemainingRequests:
    """What remains of a workspace's rate limit after this request."""

    per_minute: int
    remaining: int
    reset_seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """The RateLimit header fields."""
        return {
            "RateLimit-Limit": str(self.per_minute),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_seconds),
            "RateLimit-Policy": f"{self.per_minute};w=60",
        }


@dataclass
class Lease:
    """What is left of a lease, how many it held, what the bucket held besides, and when it ends."""

    left: int
    size: int
    stored: float
    ends_at: float


@dataclass
class TokenLeases:
    """The leases of this process, by workspace."""

    clock: Callable[[], float] = time.monotonic
    leases: OrderedDict[UUID, Lease] = field(default_factory=OrderedDict)
    empty: OrderedDict[UUID, tuple[float, float]] = field(default_factory=OrderedDict)
    """Workspaces whose bucket was empty: until when it is, and what it held; they are refused from memory."""

    locks: WeakValueDictionary[UUID, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def lock(self, workspace_id: UUID) -> asyncio.Lock:
        """Its holder takes tokens for all requests that wait for it."""
        return self.locks.get(workspace_id) or self.locks.setdefault(workspace_id, asyncio.Lock())

    def take(self, workspace_id: UUID) -> float | None:
        """Spend a leased token; returns what then remains, or None without a lease."""
        lease = self.leases.get(workspace_id)
        if lease is None or lease.left < 1 or lease.ends_at <= self.clock():
            return None
        lease.left -= 1
        return lease.stored + lease.left

    def find_empty(self, workspace_id: UUID) -> float | None:
        """What an empty bucket held, as long as no token can have come to it; None: it may hold one."""
        until, stored = self.empty.get(workspace_id, (0.0, 0.0))
        return stored if until > self.clock() else None

    def keep_empty(self, workspace_id: UUID, stored: float, per_second: float) -> None:
        """Remember that a bucket holds less than a token."""
        self.empty[workspace_id] = (self.clock() + (1 - stored) / per_second, stored)
        self.empty.move_to_end(workspace_id)
        if len(self.empty) > MAX_WORKSPACES:
            self.empty.popitem(last=False)

    def choose_size(self, workspace_id: UUID, per_second: float) -> int:
        """How many tokens to take next: twice a lease that was spent in time, else what was spent of it."""
        lease = self.leases.get(workspace_id)
        if lease is None or lease.ends_at + LEASE_SECONDS <= self.clock():
            return 1
        wanted = (
            2 * lease.size if lease.left < 1 and lease.ends_at > self.clock() else lease.size - lease.left
        )
        return max(1, min(wanted, MAX_LEASE, int(per_second * LEASE_SECONDS)))

    def keep(self, workspace_id: UUID, taken: int, stored: float) -> float:
        """Keep the leased tokens, of which this request spends one; returns what then remains."""
        lease = Lease(taken - 1, taken, stored, self.clock() + LEASE_SECONDS)
        self.leases[workspace_id] = lease
        self.leases.move_to_end(workspace_id)
        if len(self.leases) > MAX_WORKSPACES:
            self.leases.popitem(last=False)
        return lease.stored + lease.left


async def check_rate_limit(
    connection: Any, workspace_id: UUID, plan: str, leases: TokenLeases
) -> RemainingRequests:
    """Count one request of a workspace; 429 with the time to wait when its limit is reached."""
    limits = PLANS[plan]
    per_second = limits.requests_per_minute / 60
    remaining, is_allowed = leases.take(workspace_id), True
    if remaining is None and (remaining := leases.find_empty(workspace_id)) is not None:
        is_allowed = False
    elif remaining is None:
        remaining, is_allowed = await _take(connection, workspace_id, per_second, limits.burst, leases)
    allowance = RemainingRequests(
        limits.requests_per_minute,
        math.floor(remaining),
        math.ceil((limits.burst - remaining) / per_second),
    )
    if not is_allowed:
        wait_seconds = max(1, math.ceil((1 - remaining) / per_second))
        raise Problem(
            429,
            "rate_limited",
            f"the {plan} plan allows {limits.requests_per_minute} requests per minute: "
            f"wait {wait_seconds} s and try again",
            headers={**allowance.headers, "Retry-After": str(wait_seconds)},
        )
    return allowance


async def _take(
    connection: Any, workspace_id: UUID, per_second: float, burst: int, leases: TokenLeases
) -> tuple[float, bool]:
    """Take tokens unless another request just did; returns what remains, and whether one was left."""
    async with leases.lock(workspace_id):
        remaining = leases.take(workspace_id)
        if remaining is not None:
            return remaining, True
        stored = leases.find_empty(workspace_id)
        if stored is not None:
            return stored, False
        wanted = leases.choose_size(workspace_id, per_second)
        taken, stored = await rate_limits.take_tokens(connection, workspace_id, per_second, burst, wanted)
        if taken > 0:
            return leases.keep(workspace_id, taken, stored), True
        leases.keep_empty(workspace_id, stored, per_second)
        return stored, False
