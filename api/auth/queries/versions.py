"""Makes requests with If-Match wait for one another, so that two of them cannot see the same version."""

from uuid import UUID

import asyncpg

LOCK_VERSIONS = "select pg_advisory_xact_lock(hashtextextended('causeloop versions ' || $1::text, 0))"


async def lock_versions(connection: asyncpg.Connection, workspace_id: UUID) -> None:
    """Hold the workspace's version lock until the transaction ends."""
    await connection.execute(LOCK_VERSIONS, str(workspace_id))
