"""Reads whole lists in batches, so that no transaction is open for the whole of a download."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.listing.queries import Listing

BATCH_SIZE = 1_000
MIN_ID = UUID(int=0)
MIN_PART = "-infinity"


async def read_all(db: WorkspaceDatabase, listing: Listing) -> AsyncIterator[dict[str, Any]]:
    """All rows of a list, by id."""
    keys, after = listing.key, "($1 ->> 'after')::uuid"
    part = listing.part_of_key
    if part is not None:
        keys, after = f"{keys}, {part.column}", f"{after}, ($1 ->> 'after_part')::{part.cast}"
    statement = f"""
        select json_agg(batch)
        from (
            select {listing.columns}
            from {listing.source}
            where {listing.always} and ({keys}) > ({after})
            order by {keys}
            limit {BATCH_SIZE}
        ) as batch
    """
    position = {"after": str(MIN_ID), "after_part": MIN_PART}
    while rows := await db.read(statement, **position):
        for row in rows:
            yield row
        position["after"] = rows[-1][listing.key_output]
        if part is not None:
            position["after_part"] = rows[-1][part.output]
