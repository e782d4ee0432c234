"""Reads whole lists in batches, so that no transaction is open for the whole of a download."""

from collections.abc import AsyncIterator
from uuid import UUID

import orjson

from api.http.database import WorkspaceDatabase
from api.listing.queries import Listing

BATCH_SIZE = 200
"""What one reader keeps in memory, some hundred thousand bytes."""

MIN_ID = UUID(int=0)
MIN_PART = "-infinity"


async def read_batches(db: WorkspaceDatabase, listing: Listing) -> AsyncIterator[str]:
    """All rows of a list by id, some at a time, as PostgreSQL wrote them: a line of JSON each."""
    keys, after = listing.key, "($1 ->> 'after')::uuid"
    part = listing.part_of_key
    if part is not None:
        keys, after = f"{keys}, {part.column}", f"{after}, ($1 ->> 'after_part')::{part.cast}"
    statement = f"""
        select string_agg(row_to_json(batch)::text, E'\\n')
        from (
            select {listing.columns}
            from {listing.source}
            where {listing.always} and ({keys}) > ({after})
            order by {keys}
            limit {BATCH_SIZE}
        ) as batch
    """
    position = {"after": str(MIN_ID), "after_part": MIN_PART}
    while lines := await db.read_text(statement, **position):
        yield lines
        last = orjson.loads(lines.rpartition("\n")[2])
        position["after"] = last[listing.key_output]
        if part is not None:
            position["after_part"] = last[part.output]
