"""Checks that the database responds and has the schema that this version needs."""

import asyncio
from typing import Any

import asyncpg

from api.http.bounded_pool import BoundedPool, DatabaseBusyError
from causeloop_pipeline.storage.database.migrate import read_head_revision


async def read_checks(pool: BoundedPool) -> dict[str, Any]:
    """The result of each check, with what is wrong."""
    head = await asyncio.to_thread(read_head_revision)
    try:
        revision = await pool.fetchval("select version_num from app.alembic_version", timeout=3)
    except (
        OSError,
        TimeoutError,
        DatabaseBusyError,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
    ) as error:
        return {"database": {"ok": False, "detail": type(error).__name__}}
    problem = (
        None
        if revision == head
        else f"the schema is at {revision}, this version needs {head}: run `causeloop migrate`"
    )
    return {"database": {"ok": True, "detail": None}, "schema": {"ok": problem is None, "detail": problem}}
