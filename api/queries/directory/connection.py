"""The token with which a directory manages the members of a workspace."""

from typing import Any
from uuid import UUID

from api.http.bounded_pool import BoundedPool
from api.http.database import WorkspaceDatabase, write_as_workspace
from api.queries.tenancy.callers import read_row

SELECT_DIRECTORY = """
select json_build_object(
    'token_hash', encode(d.token_hash, 'hex'),
    'former_token_hash', case when d.former_expires_at > now() then encode(d.former_token_hash, 'hex') end,
    'is_use_outdated', d.last_used_at is null or d.last_used_at < now() - interval '1 minute',
    'organization_id', o.organization_id,
    'organization_status', o.status,
    'plan', o.plan,
    'is_workspace_archived', w.archived_at is not null
)
from app.directory as d
join app.workspace as w using (workspace_id)
join app.organization as o using (organization_id)
where d.workspace_id = ($1 ->> 'id')::uuid
"""
UPDATE_USED = """
with used as (update app.directory set last_used_at = now())
select null
"""
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


async def read_directory(pool: BoundedPool, workspace_id: UUID) -> dict[str, Any] | None:
    """The hashes of a workspace's token, with the organization's state; None: there is no directory."""
    return await read_row(pool, workspace_id, SELECT_DIRECTORY, workspace_id)


async def mark_used(pool: BoundedPool, workspace_id: UUID) -> None:
    """Set the time at which the directory last sent a request."""
    await write_as_workspace(pool, workspace_id, UPDATE_USED)


async def read_connection(db: WorkspaceDatabase) -> dict[str, Any]:
    """The state of the connection."""
    return dict(await db.read(SELECT_CONNECTION))


async def replace_token(db: WorkspaceDatabase, token_hash: bytes, overlap_hours: int) -> None:
    """Store the hash of a new token; the present one keeps working for a while."""
    await db.transaction.execute(UPSERT_DIRECTORY, db.workspace_id, token_hash, overlap_hours)


async def delete_directory(db: WorkspaceDatabase) -> None:
    """End the connection: its token stops working, its members stay."""
    await db.transaction.execute(DELETE_DIRECTORY)
