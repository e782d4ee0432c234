"""Stores Idempotency-Keys with the response to the first request."""

from typing import NamedTuple
from uuid import UUID

import asyncpg

CLAIM_KEY = """
insert into app.idempotency_key as k (workspace_id, caller, path, key, body_hash) values ($1, $2, $3, $4, $5)
on conflict (workspace_id, caller, path, key) do update
    set body_hash = excluded.body_hash, status = null, sealed_response = null, created_at = now()
    where k.created_at < now() - interval '24 hours'
returning true
"""

SELECT_RESPONSE = """
select body_hash, status, sealed_response from app.idempotency_key
where workspace_id = $1 and caller = $2 and path = $3 and key = $4
"""

UPDATE_RESPONSE = """
update app.idempotency_key set status = $5, sealed_response = $6
where workspace_id = $1 and caller = $2 and path = $3 and key = $4
"""


class KeyIdentity(NamedTuple):
    """What makes a key unique: the same key of another caller or path is another key."""

    workspace_id: UUID
    caller: str
    path: str
    key: str


async def claim_key(connection: asyncpg.Connection, identity: KeyIdentity, body_hash: bytes) -> bool:
    """Store a key; False when it was used within the last 24 hours."""
    return bool(await connection.fetchval(CLAIM_KEY, *identity, body_hash))


async def read_response(connection: asyncpg.Connection, identity: KeyIdentity) -> asyncpg.Record:
    """The body hash, status and response of the first request with a key."""
    return await connection.fetchrow(SELECT_RESPONSE, *identity)


async def store_response(
    connection: asyncpg.Connection, identity: KeyIdentity, status: int, sealed_response: bytes
) -> None:
    """Keep the encrypted response to the first request with a key."""
    await connection.execute(UPDATE_RESPONSE, *identity, status, sealed_response)
