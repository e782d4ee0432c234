"""Users and their workspaces at sign-in, sessions, and their refresh tokens."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from api.auth.queries.seats import seats_exhausted
from api.http.bounded_pool import BoundedPool
from api.http.database import set_workspace

SELECT_USER_BY_EMAIL = "select user_id from app.users where email = lower($1)"
# People who have not proven their address have one for each organization: the last few are tried.
SELECT_PASSWORDS = """
select p.password_hash, p.organization_id
from app.user_password as p
where p.user_id = $1
    and (p.organization_id is null or $2::uuid is null or p.organization_id = (
        select w.organization_id from app.workspace as w where w.workspace_id = $2
    ))
order by p.changed_at desc
limit 5
"""
SELECT_MEMBERSHIPS = "select * from app.list_memberships($1)"
ACCEPT_INVITATION = """
update app.membership set status = 'active' where user_id = $1 and status = 'invited' returning true
"""
INSERT_ACCEPTANCE = """
insert into app.audit_log (workspace_id, actor, action, subject, address)
values ($1, $2, 'invitation.accepted', $2, $3)
"""
INSERT_SESSION = """
insert into app.session (workspace_id, session_id, user_id, method, ends_at, client)
values ($1, $2, $3, $4, $5, $6)
"""
INSERT_SESSION_ONCE = f"{INSERT_SESSION.rstrip()}\non conflict do nothing returning true"
INSERT_START = """
insert into app.audit_log (workspace_id, actor, action, subject, details, address)
values ($1, $2, 'session.started', $2, jsonb_build_object('method', $3::text), $4)
"""
SELECT_OWN_SESSIONS = """
select session_id as id, workspace_id, method, client, started_at, last_used_at, ends_at
from app.session
where user_id = $1 and workspace_id = any ($2) and ended_at is null and ends_at > now()
order by last_used_at desc, session_id
limit 200
"""
UPDATE_OWN_ENDED_AT = """
update app.session set ended_at = now(), end_reason = 'signed_out'
where user_id = $1 and workspace_id = any ($2) and session_id = coalesce($3, session_id) and ended_at is null
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
class StoredPassword:
    """A password's hash, and the one organization that it opens; None: all of the person's."""

    password_hash: str
    organization_id: UUID | None


@dataclass(frozen=True)
class WorkspaceMembership:
    """A workspace that a person belongs to, or is invited to."""

    workspace_id: UUID
    organization_id: UUID
    organization: str
    workspace: str
    role: str
    is_active: bool


async def find_passwords(
    pool: BoundedPool, email: str, workspace_id: UUID | None
) -> tuple[UUID, list[StoredPassword]] | None:
    """The person of an address, with the passwords that may open a workspace; None: nobody has it."""
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        await claim(connection, "email", email)
        if workspace_id is not None:
            await set_workspace(connection, workspace_id)
        user_id = await connection.fetchval(SELECT_USER_BY_EMAIL, email)
        if user_id is None:
            return None
        rows = await connection.fetch(SELECT_PASSWORDS, user_id, workspace_id)
    return user_id, [StoredPassword(**row) for row in rows]


async def find_person(
    pool: BoundedPool, issuer: str, subject: str, verified_email: str | None
) -> UUID | None:
    """The person of a subject at the identity provider, whom a verified address links; None: nobody."""
    async with pool.acquire() as connection, connection.transaction():
        return await connection.fetchval(  # type: ignore[no-any-return]
            "select app.find_person($1, $2, $3)", issuer, subject, verified_email
        )


async def read_memberships(
    pool: BoundedPool, user_id: UUID, organization_id: UUID | None = None
) -> list[WorkspaceMembership]:
    """The workspaces that a person belongs to or is invited to: all, or those of one organization."""
    rows = await pool.fetch(SELECT_MEMBERSHIPS, user_id)
    memberships = [WorkspaceMembership(**row) for row in rows]
    return [each for each in memberships if organization_id in (None, each.organization_id)]


async def accept_invitation(
    pool: BoundedPool, workspace_id: UUID, user_id: UUID, address: str | None
) -> bool:
    """Make an invited person a member; False if they are none. Of two who race for a seat, one wins."""
    try:
        async with pool.acquire() as connection, connection.transaction():
            await set_workspace(connection, workspace_id)
            if not await connection.fetchval(ACCEPT_INVITATION, user_id):
                return False
            await connection.execute("delete from app.invitation where user_id = $1", user_id)
            await connection.execute(INSERT_ACCEPTANCE, workspace_id, f"user:{user_id}", address)
    except asyncpg.CheckViolationError as error:
        if error.constraint_name != "seats_exhausted":
            raise
        raise seats_exhausted() from None
    return True


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


async def start_session_once(
    connection: asyncpg.Connection,
    workspace_id: UUID,
    session: StoredSession,
    ends_at: datetime,
    client: str | None,
) -> bool:
    """Store a session of an id that a credential gives; False where it was stored before."""
    return bool(
        await connection.fetchval(
            INSERT_SESSION_ONCE,
            workspace_id,
            session.session_id,
            session.user_id,
            session.method,
            ends_at,
            client,
        )
    )


async def record_start(
    connection: asyncpg.Connection, workspace_id: UUID, session: StoredSession, address: str | None
) -> None:
    """Record a sign-in in the workspace's audit log."""
    await connection.execute(INSERT_START, workspace_id, f"user:{session.user_id}", session.method, address)


async def list_sessions(
    pool: BoundedPool, user_id: UUID, workspace_ids: Collection[UUID]
) -> list[dict[str, Any]]:
    """A person's live sessions in these workspaces."""
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        await claim(connection, "user", str(user_id))
        rows = await connection.fetch(SELECT_OWN_SESSIONS, user_id, list(workspace_ids))
    return [dict(row) for row in rows]


async def end_own_sessions(
    pool: BoundedPool, user_id: UUID, workspace_ids: Collection[UUID], session_id: UUID | None
) -> int:
    """End one of a person's sessions in these workspaces, or all of them; how many."""
    async with pool.acquire() as connection, connection.transaction():
        await claim(connection, "user", str(user_id))
        ended = await connection.fetch(UPDATE_OWN_ENDED_AT, user_id, list(workspace_ids), session_id)
    return len(ended)


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


async def end_session_of_token(pool: BoundedPool, workspace_id: UUID, token_hash: bytes) -> bool:
    """End the session of a refresh token: none of its tokens work from then on; False: it is of none."""
    async with pool.acquire() as connection, connection.transaction():
        await set_workspace(connection, workspace_id)
        return bool(await connection.execute(UPDATE_ENDED_AT, token_hash, "signed_out") != "UPDATE 0")


async def claim(connection: asyncpg.Connection, what: str, value: str) -> None:
    """Set a sign-in's proven identity for the transaction: only rows that match it are visible."""
    await connection.execute("select set_config('causeloop.' || $1, $2, true)", what, value)
