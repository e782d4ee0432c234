"""Users and their workspaces at sign-in, sessions, and their refresh tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from api.auth.queries.seats import seats_exhausted
from api.http.bounded_pool import BoundedPool
from api.http.database import set_workspace

SELECT_USER_BY_EMAIL = """
select u.user_id, p.password_hash
from app.users as u left join app.user_password as p using (user_id)
where u.email = $1
"""
SELECT_WORKSPACE_NAME = """
select o.name as organization, w.name
from app.workspace as w join app.organization as o using (organization_id)
where w.workspace_id = $1
"""
SELECT_USER_BY_SUBJECT = "select user_id from app.users where external_id = $1"
UPDATE_SUBJECT = """
update app.users set external_id = $1 where email = $2 and external_id is null returning user_id
"""
SELECT_MEMBERSHIPS = """
select workspace_id, status from app.membership
where user_id = $1
    and (status = 'active'
        or status = 'invited' and (is_provisioned or created_at > now() - interval '7 days'))
order by workspace_id
"""
ACCEPT_INVITATION = """
update app.membership set status = 'active'
where user_id = $1 and status = 'invited' and (is_provisioned or created_at > now() - interval '7 days')
"""
INSERT_SESSION = """
insert into app.session (workspace_id, session_id, user_id, method, ends_at, client)
values ($1, $2, $3, $4, $5, $6)
"""
INSERT_START = """
insert into app.audit_log (workspace_id, actor, action, subject, details, address)
values ($1, $2, 'session.started', $2, jsonb_build_object('method', $3::text), $4)
"""
SELECT_OWN_SESSIONS = """
select session_id as id, workspace_id, method, client, started_at, last_used_at, ends_at
from app.session
where user_id = $1 and ended_at is null and ends_at > now()
order by last_used_at desc, session_id
limit 200
"""
UPDATE_OWN_ENDED_AT = """
update app.session set ended_at = now(), end_reason = 'signed_out'
where user_id = $1 and session_id = coalesce($2, session_id) and ended_at is null
returning session_id
"""
INSERT_REFRESH = """
insert into app.refresh_token (workspace_id, token_hash, session_id, expires_at)
select workspace_id, $1, session_id, least($3, ends_at) from app.session where session_id = $2
"""
# The lock of the session's row orders concurrent uses of its tokens.
LOCK_SESSION = """
select s.session_id, s.user_id, s.method, s.ended_at is null and s.ends_at > now() as is_live
from app.session as s
where s.session_id = (select session_id from app.refresh_token where token_hash = $1)
for update
"""
SELECT_IS_USABLE = """
select used_at is null as is_unused, expires_at > now() as is_current
from app.refresh_token where token_hash = $1
"""
UPDATE_USED_AT = "update app.refresh_token set used_at = now() where token_hash = $1"
UPDATE_ENDED_AT = """
update app.session set ended_at = now(), end_reason = $2
where session_id = (select session_id from app.refresh_token where token_hash = $1) and ended_at is null
"""


@dataclass(frozen=True)
class StoredSession:
    """A session of a user in one workspace."""

    session_id: UUID
    user_id: UUID
    method: str


@dataclass(frozen=True)
class WorkspaceMembership:
    """A workspace that a user belongs to or is invited to."""

    workspace_id: UUID
    is_active: bool


async def find_user_by_email(pool: BoundedPool, email: str) -> tuple[UUID, str | None] | None:
    """A user's id and password hash."""
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        await claim(connection, "email", email)
        row = await connection.fetchrow(SELECT_USER_BY_EMAIL, email)
    return (row["user_id"], row["password_hash"]) if row else None


async def find_user_by_subject(pool: BoundedPool, subject: str, verified_email: str | None) -> UUID | None:
    """The user of a subject at the identity provider; a verified address links a user without a subject."""
    async with pool.acquire() as connection, connection.transaction():
        await claim(connection, "subject", subject)
        user_id = await connection.fetchval(SELECT_USER_BY_SUBJECT, subject)
        if user_id is None and verified_email is not None:
            await claim(connection, "email", verified_email)
            user_id = await connection.fetchval(UPDATE_SUBJECT, subject, verified_email)
    return user_id  # type: ignore[no-any-return]


async def read_memberships(pool: BoundedPool, user_id: UUID) -> list[WorkspaceMembership]:
    """The workspaces that a user belongs to or is invited to."""
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        await claim(connection, "user", str(user_id))
        rows = await connection.fetch(SELECT_MEMBERSHIPS, user_id)
    return [WorkspaceMembership(row["workspace_id"], row["status"] == "active") for row in rows]


async def read_workspace_choices(pool: BoundedPool, workspace_ids: Sequence[UUID]) -> list[dict[str, str]]:
    """The names of a user's workspaces, each read under its own isolation."""
    choices = []
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        for workspace_id in workspace_ids:
            await set_workspace(connection, workspace_id)
            row = await connection.fetchrow(SELECT_WORKSPACE_NAME, workspace_id)
            choices.append({"id": str(workspace_id), **(dict(row) if row else {})})
    return choices


async def accept_invitation(pool: BoundedPool, workspace_id: UUID, user_id: UUID) -> None:
    """Make an invited user active, which takes a seat; of two who race for the last seat, one wins."""
    try:
        async with pool.acquire() as connection, connection.transaction():
            await set_workspace(connection, workspace_id)
            await connection.execute(ACCEPT_INVITATION, user_id)
    except asyncpg.CheckViolationError as error:
        if error.constraint_name != "seats_exhausted":
            raise
        raise seats_exhausted() from None


async def start_session(
    connection: asyncpg.Connection,
    workspace_id: UUID,
    session: StoredSession,
    ends_at: datetime,
    client: str | None,
) -> None:
    """Store a new session, and the program that it belongs to."""
    await connection.execute(
        INSERT_SESSION, workspace_id, session.session_id, session.user_id, session.method, ends_at, client
    )


async def record_start(
    connection: asyncpg.Connection, workspace_id: UUID, session: StoredSession, address: str | None
) -> None:
    """Record a sign-in in the workspace's audit log."""
    await connection.execute(INSERT_START, workspace_id, f"user:{session.user_id}", session.method, address)


async def list_sessions(pool: BoundedPool, user_id: UUID) -> list[dict[str, Any]]:
    """A person's live sessions in all workspaces."""
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        await claim(connection, "user", str(user_id))
        return [dict(row) for row in await connection.fetch(SELECT_OWN_SESSIONS, user_id)]


async def end_own_sessions(pool: BoundedPool, user_id: UUID, session_id: UUID | None) -> int:
    """End one of a person's sessions, or all of them; how many."""
    async with pool.acquire() as connection, connection.transaction():
        await claim(connection, "user", str(user_id))
        return len(await connection.fetch(UPDATE_OWN_ENDED_AT, user_id, session_id))


async def store_refresh_token(
    connection: asyncpg.Connection, session: StoredSession, token_hash: bytes, expires_at: datetime
) -> None:
    """Store the hash of a session's next refresh token, which does not outlive the session."""
    await connection.execute(INSERT_REFRESH, token_hash, session.session_id, expires_at)


async def lock_session(connection: asyncpg.Connection, token_hash: bytes) -> StoredSession | None:
    """The live session of a refresh token, locked until the transaction ends; None if there is none."""
    row = await connection.fetchrow(LOCK_SESSION, token_hash)
    return StoredSession(row["session_id"], row["user_id"], row["method"]) if row and row["is_live"] else None


async def use_refresh_token(connection: asyncpg.Connection, token_hash: bytes) -> bool:
    """Spend a token of a locked session; False if it has expired, or was used before, which ends it all."""
    token = await connection.fetchrow(SELECT_IS_USABLE, token_hash)
    if not token["is_unused"]:
        await connection.execute(UPDATE_ENDED_AT, token_hash, "reused")
    elif token["is_current"]:
        await connection.execute(UPDATE_USED_AT, token_hash)
    return bool(token["is_unused"] and token["is_current"])


async def end_session_of_token(pool: BoundedPool, workspace_id: UUID, token_hash: bytes) -> None:
    """End the session of a refresh token: none of its tokens works any more."""
    async with pool.acquire() as connection, connection.transaction():
        await set_workspace(connection, workspace_id)
        await connection.execute(UPDATE_ENDED_AT, token_hash, "signed_out")


async def claim(connection: asyncpg.Connection, what: str, value: str) -> None:
    """Set a sign-in's proven identity for the transaction: only rows that match it are visible."""
    await connection.execute("select set_config('causeloop.' || $1, $2, true)", what, value)
