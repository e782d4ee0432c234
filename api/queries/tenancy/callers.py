"""Reads service accounts and members for authentication, each under its own workspace's isolation."""

from typing import Any
from uuid import UUID

import asyncpg
import orjson

from api.http.database import read_as_workspace

SELECT_SERVICE_ACCOUNT = """
select json_build_object(
    'key_hash', encode(a.key_hash, 'hex'),
    'role', a.role,
    'expires_at', a.expires_at,
    'revoked_at', a.revoked_at,
    'is_use_outdated', a.last_used_at is null or a.last_used_at < now() - interval '1 minute',
    'organization_id', o.organization_id,
    'organization_status', o.status,
    'plan', o.plan,
    'timezone', w.timezone,
    'is_workspace_archived', w.archived_at is not null
)
from app.service_account as a
join app.workspace as w using (workspace_id)
join app.organization as o using (organization_id)
where a.service_account_id = ($1 ->> 'id')::uuid
"""

SELECT_MEMBER = """
select json_build_object(
    'role', m.role,
    'status', m.status,
    'sso_enforced', w.sso_enforced,
    'organization_id', o.organization_id,
    'organization_status', o.status,
    'plan', o.plan,
    'timezone', w.timezone,
    'is_workspace_archived', w.archived_at is not null,
    'is_session_live', exists (
        select from app.session as s
        where s.session_id = ($1 ->> 'session_id')::uuid and s.user_id = m.user_id
            and s.ended_at is null and s.ends_at > now()
    )
)
from app.membership as m
join app.workspace as w using (workspace_id)
join app.organization as o using (organization_id)
where m.user_id = ($1 ->> 'id')::uuid
"""


UPDATE_LAST_USED = """
with used as (
    update app.service_account set last_used_at = now() where service_account_id = ($1 ->> 'id')::uuid
)
select null
"""


async def read_service_account(
    pool: asyncpg.Pool, workspace_id: UUID, account_id: UUID
) -> dict[str, Any] | None:
    """A service account with its workspace's and organization's state."""
    return await read_row(pool, workspace_id, SELECT_SERVICE_ACCOUNT, account_id)


async def read_member(
    reader: Any, workspace_id: UUID, user_id: UUID, session_id: UUID | None = None
) -> dict[str, Any] | None:
    """A user's membership with its workspace's, its organization's and the session's state."""
    session = None if session_id is None else str(session_id)
    return await read_row(reader, workspace_id, SELECT_MEMBER, user_id, session_id=session)


async def mark_service_account_used(pool: asyncpg.Pool, workspace_id: UUID, account_id: UUID) -> None:
    """Set the time at which a key was last used."""
    await read_as_workspace(pool, workspace_id, UPDATE_LAST_USED, id=str(account_id))


async def read_row(
    reader: Any, workspace_id: UUID, statement: str, row_id: UUID, **parameters: str | None
) -> dict[str, Any] | None:
    """The row of a statement that runs under one workspace's isolation."""
    text = await read_as_workspace(reader, workspace_id, statement, id=str(row_id), **parameters)
    return None if text is None else dict(orjson.loads(text))
