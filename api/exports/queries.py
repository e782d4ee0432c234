"""Reads whole lists in batches, so that no transaction is open for the whole of a download."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.listing.queries import Listing

BATCH_SIZE = 1_000
MIN_ID = UUID(int=0)


async def read_all(db: WorkspaceDatabase, listing: Listing) -> AsyncIterator[dict[str, Any]]:
    """All rows of a list, by id."""
    statement = f"""
        select json_agg(batch)
        from (
            select {listing.columns}
            from {listing.source}
            where {listing.always} and {listing.key} > ($1 ->> 'after')::uuid
            order by {listing.key}
            limit {BATCH_SIZE}
        ) as batch
    """
    after = str(MIN_ID)
    while rows := await db.read(statement, after=after):
        for row in rows:
            yield row
        after = rows[-1][listing.key_output]
