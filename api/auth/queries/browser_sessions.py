"""Sessions that a browser keeps in a cookie, of which only the hash of its secret is stored."""

from typing import Any
from uuid import UUID

from api.auth.queries.callers import read_row
from api.auth.queries.sessions import claim
from api.http.bounded_pool import BoundedPool
from api.http.database import set_workspace, write_as_workspace

# A browser's session ends after 14 days without use.
SELECT_BROWSER_SESSION = """
select json_build_object(
    'user_id', s.user_id, 'method', s.method, 'cookie_hash', encode(s.cookie_hash, 'hex'),
    'is_use_outdated', s.last_used_at < now() - interval '1 minute'
)
from app.session as s
where s.session_id = ($1 ->> 'id')::uuid and s.cookie_hash is not null and s.ended_at is null
    and s.ends_at > now() and s.last_used_at > now() - interval '14 days'
"""
UPDATE_SESSION_USED = """
with used as (
    update app.session set last_used_at = now() where session_id = ($1 ->> 'id')::uuid
)
select null
"""
UPDATE_COOKIE_HASH = """
update app.session set cookie_hash = $2, last_used_at = now() where session_id = $1 and ended_at is null
"""
UPDATE_BROWSER_ENDED_AT = """
update app.session set ended_at = now(), end_reason = 'signed_out'
where session_id = $1 and cookie_hash = $2 and ended_at is null
"""
SELECT_LAST_WORKSPACE = """
select m.workspace_id
from app.membership as m
left join app.session as s using (workspace_id, user_id)
where m.user_id = $1 and m.status = 'active'
group by m.workspace_id
order by max(s.last_used_at) desc nulls last, m.workspace_id
limit 1
"""
DELETE_REFRESH_TOKENS = "delete from app.refresh_token where session_id = $1"


async def read_browser_session(
    pool: BoundedPool, workspace_id: UUID, session_id: UUID
) -> dict[str, Any] | None:
    """A live session that a browser keeps in a cookie."""
    return await read_row(pool, workspace_id, SELECT_BROWSER_SESSION, session_id)


async def mark_session_used(pool: BoundedPool, workspace_id: UUID, session_id: UUID) -> None:
    """Set the time at which a browser's session was last used."""
    await write_as_workspace(pool, workspace_id, UPDATE_SESSION_USED, id=str(session_id))


async def end_browser_session(
    pool: BoundedPool, workspace_id: UUID, session_id: UUID, cookie_hash: bytes
) -> None:
    """End the session of a browser's cookie."""
    async with pool.acquire() as connection, connection.transaction():
        await set_workspace(connection, workspace_id)
        await connection.execute(UPDATE_BROWSER_ENDED_AT, session_id, cookie_hash)


async def find_last_workspace(pool: BoundedPool, user_id: UUID) -> UUID | None:
    """The workspace that a person used last, or one of theirs; None where they are a member of none."""
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        await claim(connection, "user", str(user_id))
        return await connection.fetchval(SELECT_LAST_WORKSPACE, user_id)  # type: ignore[no-any-return]


async def keep_in_browser(
    pool: BoundedPool, workspace_id: UUID, session_id: UUID, cookie_hash: bytes
) -> None:
    """Turn a session into a browser's: its cookie's secret replaces its refresh tokens."""
    async with pool.acquire() as connection, connection.transaction():
        await set_workspace(connection, workspace_id)
        await connection.execute(UPDATE_COOKIE_HASH, session_id, cookie_hash)
        await connection.execute(DELETE_REFRESH_TOKENS, session_id)
