"""Reads the token with which a directory sends its requests."""

from typing import Any
from uuid import UUID

from api.auth.queries.callers import read_row
from api.http.bounded_pool import BoundedPool
from api.http.database import write_as_workspace

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


async def read_directory(pool: BoundedPool, workspace_id: UUID) -> dict[str, Any] | None:
    """The hashes of a workspace's token, with the organization's state; None: there is no directory."""
    return await read_row(pool, workspace_id, SELECT_DIRECTORY, workspace_id)


async def mark_used(pool: BoundedPool, workspace_id: UUID) -> None:
    """Set the time at which the directory last sent a request."""
    await write_as_workspace(pool, workspace_id, UPDATE_USED)
