"""Rate limits: a token bucket per workspace; 429 with Retry-After when it is empty."""

import math
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from api.access.plans import PLANS
from api.http.errors import Problem
from api.queries.tenancy import rate_limits


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


async def check_rate_limit(pool: asyncpg.Pool, workspace_id: UUID, plan: str) -> Allowance:
    """Count one request of a workspace; 429 with the time to wait when its limit is reached."""
    limits = PLANS[plan]
    per_second = limits.requests_per_minute / 60
    is_allowed, remaining = await rate_limits.take_token(pool, workspace_id, per_second, limits.burst)
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
