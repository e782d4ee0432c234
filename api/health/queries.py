"""Checks that the database responds and has the schema that this version needs."""

import asyncio
from typing import Any

import asyncpg

from api.http.bounded_pool import BoundedPool, DatabaseBusyError
from causeloop_pipeline.storage.database.migrate import find_obstacle, read_head_revision
from causeloop_pipeline.storage.database.sql_functions import SELECT_DIGEST_OF_ALL, digest_functions


async def read_checks(pool: BoundedPool) -> dict[str, Any]:
    """The result of each check, with what is wrong."""
    head, functions = await asyncio.to_thread(lambda: (read_head_revision(), digest_functions()))
    try:
        revision = await pool.fetchval("select version_num from app.alembic_version", timeout=3)
        # A database of another revision may have no such table.
        digest = await pool.fetchval(SELECT_DIGEST_OF_ALL, timeout=3) if revision == head else None
    except (
        OSError,
        TimeoutError,
        DatabaseBusyError,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
    ) as error:
        return {"database": {"ok": False, "detail": type(error).__name__}}
    problem = None
    if revision != head:
        obstacle = find_obstacle(revision) if revision else None
        way = f"the schema is at {revision}, this version needs {head}: run `causeloop migrate`"
        problem = ": ".join(obstacle) if obstacle else way
    elif digest != functions:
        problem = "the schema's functions are those of another version: run `causeloop migrate`"
    return {"database": {"ok": True, "detail": None}, "schema": {"ok": problem is None, "detail": problem}}
