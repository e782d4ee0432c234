"""Who a credential belongs to, read under the isolation of the workspace that it names."""

from typing import Any
from uuid import UUID

import asyncpg
import orjson

from api.http.database import as_json

SERVICE_ACCOUNT = """
select json_build_object(
    'key_hash', encode(a.key_hash, 'hex'),
    'role', a.role,
    'expires_at', a.expires_at,
    'revoked_at', a.revoked_at,
    'unseen', a.last_used_at is null or a.last_used_at < now() - interval '1 minute',
    'organization_id', o.organization_id,
    'organization_status', o.status,
    'plan', o.plan,
    'timezone', w.timezone
)
from app.service_account as a
join app.workspace as w using (workspace_id)
join app.organization as o using (organization_id)
where a.service_account_id = ($1 ->> 'id')::uuid
"""

MEMBER = """
select json_build_object(
    'role', m.role,
    'status', m.status,
    'sso_enforced', w.sso_enforced,
    'organization_id', o.organization_id,
    'organization_status', o.status,
    'plan', o.plan,
    'timezone', w.timezone
)
from app.membership as m
join app.workspace as w using (workspace_id)
join app.organization as o using (organization_id)
where m.user_id = ($1 ->> 'id')::uuid
"""

TOUCH = """
with used as (
    update app.service_account set last_used_at = now() where service_account_id = ($1 ->> 'id')::uuid
)
select null
"""


async def read_service_account(
    pool: asyncpg.Pool, workspace_id: UUID, account_id: UUID
) -> dict[str, Any] | None:
    """A service account with what its workspace and organization allow."""
    return await _read(pool, workspace_id, SERVICE_ACCOUNT, account_id)


async def read_member(pool: asyncpg.Pool, workspace_id: UUID, user_id: UUID) -> dict[str, Any] | None:
    """A user's membership with what its workspace and organization allow."""
    return await _read(pool, workspace_id, MEMBER, user_id)


async def touch_service_account(pool: asyncpg.Pool, workspace_id: UUID, account_id: UUID) -> None:
    """Note that a key is in use."""
    await pool.fetchval("select app.read($1, $2, $3)", workspace_id, TOUCH, as_json({"id": str(account_id)}))


async def _read(
    pool: asyncpg.Pool, workspace_id: UUID, statement: str, row_id: UUID
) -> dict[str, Any] | None:
    parameters = as_json({"id": str(row_id)})
    text = await pool.fetchval("select app.read($1, $2, $3)", workspace_id, statement, parameters)
    return None if text is None else dict(orjson.loads(text))
