"""Rate limits: a token bucket per workspace; 429 with Retry-After when it is empty.

A caller who asks rarely takes each token by itself from the bucket in PostgreSQL. For whoever asks many times
a second this process takes some in advance, twice as many as the last time where those were spent within a
second: at most a sixteenth of what is left, and no more than refills while they last. So all processes
together never hand out more than the bucket holds, and near its end every token is counted.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from api.http.errors import Problem
from api.queries.tenancy import rate_limits
from causeloop_pipeline.model.plans import PLANS

LEASE_SECONDS = 1.0
MAX_LEASE = 256
MAX_WORKSPACES = 10_000


@dataclass(frozen=True)
class Allowance:
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

    def take(self, workspace_id: UUID) -> float | None:
        """Spend a leased token; what then remains, or None where none is leased."""
        lease = self.leases.get(workspace_id)
        if lease is None or lease.left < 1 or lease.ends_at <= self.clock():
            return None
        lease.left -= 1
        return lease.stored + lease.left

    def choose_size(self, workspace_id: UUID, per_second: float) -> int:
        """How many tokens to take next."""
        lease = self.leases.get(workspace_id)
        if lease is None or lease.left > 0 or lease.ends_at <= self.clock():
            return 1
        return max(1, min(2 * lease.size, MAX_LEASE, int(per_second * LEASE_SECONDS)))

    def keep(self, workspace_id: UUID, taken: int, stored: float) -> float:
        """Keep tokens that were taken, of which this request spends one; what then remains."""
        lease = Lease(taken - 1, taken, stored, self.clock() + LEASE_SECONDS)
        self.leases[workspace_id] = lease
        self.leases.move_to_end(workspace_id)
        if len(self.leases) > MAX_WORKSPACES:
            self.leases.popitem(last=False)
        return lease.stored + lease.left

    def give_back(self, workspace_id: UUID) -> None:
        """Return the token of a request that takes it again."""
        lease = self.leases.get(workspace_id)
        if lease is not None:
            lease.left += 1


async def check_rate_limit(
    pool: asyncpg.Pool, workspace_id: UUID, plan: str, leases: TokenLeases
) -> Allowance:
    """Count one request of a workspace; 429 with the time to wait when its limit is reached."""
    limits = PLANS[plan]
    per_second = limits.requests_per_minute / 60
    remaining = leases.take(workspace_id)
    is_allowed = remaining is not None
    if remaining is None:
        wanted = leases.choose_size(workspace_id, per_second)
        taken, stored = await rate_limits.take_tokens(pool, workspace_id, per_second, limits.burst, wanted)
        is_allowed = taken > 0
        remaining = leases.keep(workspace_id, taken, stored) if is_allowed else stored
    allowance = Allowance(
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
