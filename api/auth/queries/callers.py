"""Reads service accounts and members for authentication, each under its own workspace's isolation."""

from typing import Any
from uuid import UUID

import orjson

from api.http.database import read_as_workspace, write_as_workspace

COLUMNS_OF_KEY = """
    'key_hash', encode(k.key_hash, 'hex'),
    'expires_at', k.expires_at,
    'revoked_at', k.revoked_at,
    'is_use_outdated', k.last_used_at is null or k.last_used_at < now() - interval '1 minute',
    'former_key_hash', encode(k.former_key_hash, 'hex'),
    'former_expires_at', k.former_expires_at,
    'is_former_use_outdated', k.former_used_at is null or k.former_used_at < now() - interval '1 minute',
    'scopes', k.scopes
"""
COLUMNS_OF_MEMBERSHIP = """
    'role', m.role, 'status', m.status, 'sso_enforced', w.sso_enforced,
    'is_proven', (select u.proven_at is not null from app.users as u where u.user_id = m.user_id)
"""
COLUMNS_OF_TENANT = """
    'organization_id', o.organization_id,
    'organization_status', o.status,
    'plan', o.plan,
    'timezone', w.timezone,
    'is_workspace_archived', w.archived_at is not null
"""

SELECT_SERVICE_ACCOUNT = f"""
select json_build_object(
    'role', k.role,
    {COLUMNS_OF_KEY},
    {COLUMNS_OF_TENANT}
)
from app.service_account as k
join app.workspace as w using (workspace_id)
join app.organization as o using (organization_id)
where k.service_account_id = ($1 ->> 'id')::uuid
"""

SELECT_MEMBER = f"""
select json_build_object(
    {COLUMNS_OF_MEMBERSHIP},
    {COLUMNS_OF_TENANT},
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


SELECT_PERSONAL_KEY = f"""
select json_build_object(
    'user_id', k.user_id,
    'key_role', k.role,
    'method', k.method,
    {COLUMNS_OF_KEY},
    {COLUMNS_OF_MEMBERSHIP},
    {COLUMNS_OF_TENANT}
)
from app.personal_key as k
join app.membership as m using (workspace_id, user_id)
join app.workspace as w using (workspace_id)
join app.organization as o using (organization_id)
where k.key_id = ($1 ->> 'id')::uuid
"""

UPDATE_USED = """
with used as (
    update {table}
    set last_used_at = case when ($1 ->> 'is_former')::boolean then last_used_at else now() end,
        former_used_at = case when ($1 ->> 'is_former')::boolean then now() else former_used_at end
    where {key} = ($1 ->> 'id')::uuid
)
select null
"""
UPDATE_ACCOUNT_USED = UPDATE_USED.format(table="app.service_account", key="service_account_id")
UPDATE_PERSONAL_KEY_USED = UPDATE_USED.format(table="app.personal_key", key="key_id")


async def read_service_account(reader: Any, workspace_id: UUID, account_id: UUID) -> dict[str, Any] | None:
    """A service account with its workspace's and organization's state."""
    return await read_row(reader, workspace_id, SELECT_SERVICE_ACCOUNT, account_id)


async def read_member(
    reader: Any, workspace_id: UUID, user_id: UUID, session_id: UUID | None = None
) -> dict[str, Any] | None:
    """A user's membership with its workspace's, its organization's and the session's state."""
    session = None if session_id is None else str(session_id)
    return await read_row(reader, workspace_id, SELECT_MEMBER, user_id, session_id=session)


async def read_personal_key(reader: Any, workspace_id: UUID, key_id: UUID) -> dict[str, Any] | None:
    """A person's key with their membership, its workspace's and its organization's state."""
    return await read_row(reader, workspace_id, SELECT_PERSONAL_KEY, key_id)


async def mark_key_used(
    writer: Any, workspace_id: UUID, key_id: UUID, is_personal: bool, is_former: bool
) -> None:
    """Set the time at which a key, or its secret before the last rotation, was last used."""
    statement = UPDATE_PERSONAL_KEY_USED if is_personal else UPDATE_ACCOUNT_USED
    await write_as_workspace(writer, workspace_id, statement, id=str(key_id), is_former=is_former)


async def read_row(
    reader: Any, workspace_id: UUID, statement: str, row_id: UUID, **parameters: str | None
) -> dict[str, Any] | None:
    """The row of a statement that runs under one workspace's isolation."""
    text = await read_as_workspace(reader, workspace_id, statement, id=str(row_id), **parameters)
    return None if text is None else dict(orjson.loads(text))
