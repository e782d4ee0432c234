"""The connection to a directory, and its token."""

from typing import Any

from api.http.database import WorkspaceDatabase

SELECT_CONNECTION = """
select json_build_object(
    'is_connected', d.workspace_id is not null,
    'created_at', d.created_at,
    'last_used_at', d.last_used_at,
    'former_expires_at', case when d.former_expires_at > now() then d.former_expires_at end,
    'people', (select count(*) from app.directory_user)
)
from app.workspace as w
left join app.directory as d using (workspace_id)
"""
UPSERT_DIRECTORY = """
insert into app.directory as d (workspace_id, token_hash) values ($1, $2)
on conflict (workspace_id) do update
set former_token_hash = d.token_hash, former_expires_at = now() + make_interval(hours => $3),
    token_hash = excluded.token_hash, created_at = now(), last_used_at = null
"""
DELETE_DIRECTORY = "delete from app.directory"


async def read_connection(db: WorkspaceDatabase) -> dict[str, Any]:
    """The state of the connection."""
    return dict(await db.read(SELECT_CONNECTION))


async def replace_token(db: WorkspaceDatabase, token_hash: bytes, overlap_hours: int) -> None:
    """Store the hash of a new token; the present one keeps working for a while."""
    await db.transaction.execute(UPSERT_DIRECTORY, db.workspace_id, token_hash, overlap_hours)


async def delete_directory(db: WorkspaceDatabase) -> None:
    """End the connection: its token stops working, its people stay."""
    await db.transaction.execute(DELETE_DIRECTORY)
