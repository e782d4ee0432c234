"""The token bucket of each workspace, in PostgreSQL, shared by all API processes."""

from typing import Any
from uuid import UUID

SELECT_TAKEN = "select taken, remaining from app.take_tokens($1, $2, $3, $4)"


async def take_tokens(
    connection: Any, workspace_id: UUID, per_second: float, burst: int, wanted: int
) -> tuple[int, float]:
    """Take up to the wanted number of tokens; how many were taken, and how many remain."""
    row = await connection.fetchrow(SELECT_TAKEN, workspace_id, per_second, float(burst), wanted)
    return row["taken"], float(row["remaining"] or 0)
