"""How many requests a workspace may make: a token bucket in PostgreSQL, so that all workers share it."""

import math
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from api.access.plans import PLANS
from api.http.errors import Problem


@dataclass(frozen=True)
class Allowance:
    """What is left of a workspace's bucket after this request."""

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


async def take_token(pool: asyncpg.Pool, workspace_id: UUID, plan: str) -> Allowance:
    """Take one request from the workspace's bucket, or refuse it with the time to wait."""
    limits = PLANS[plan]
    per_second = limits.requests_per_minute / 60
    row = await pool.fetchrow(
        "select allowed, remaining from app.take_token($1, $2, $3)",
        workspace_id,
        per_second,
        float(limits.burst),
    )
    remaining = float(row["remaining"] or 0)
    allowance = Allowance(
        limits.requests_per_minute,
        math.floor(remaining),
        math.ceil((limits.burst - remaining) / per_second),
    )
    if not row["allowed"]:
        wait = max(1, math.ceil((1 - remaining) / per_second))
        raise Problem(
            429,
            "rate_limited",
            f"the {plan} plan allows {limits.requests_per_minute} requests a minute: wait {wait} s",
            headers={**allowance.headers, "Retry-After": str(wait)},
        )
    return allowance
