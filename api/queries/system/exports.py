"""Reads a whole list in steps by id, so that no transaction stays open while somebody downloads."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.http.pagination import Listing

STEP = 1_000
FIRST = UUID(int=0)


async def read_all(db: WorkspaceDatabase, listing: Listing) -> AsyncIterator[dict[str, Any]]:
    """Every row of a list, by id."""
    statement = f"""
        select json_agg(step)
        from (
            select {listing.columns}
            from {listing.source}
            where {listing.always} and {listing.key} > ($1 ->> 'after')::uuid
            order by {listing.key}
            limit {STEP}
        ) as step
    """
    after = str(FIRST)
    while rows := await db.read(statement, after=after):
        for row in rows:
            yield row
        after = rows[-1][listing.key_output]
