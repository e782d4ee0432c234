"""The token bucket of each workspace, in PostgreSQL, shared by all API processes."""

from uuid import UUID

import asyncpg

SELECT_ALLOWED = "select allowed, remaining from app.take_token($1, $2, $3)"


async def take_token(
    pool: asyncpg.Pool, workspace_id: UUID, per_second: float, burst: int
) -> tuple[bool, float]:
    """Whether the request is allowed, and how many tokens remain."""
    row = await pool.fetchrow(SELECT_ALLOWED, workspace_id, per_second, float(burst))
    return row["allowed"], float(row["remaining"] or 0)
