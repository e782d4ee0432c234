"""Users, their memberships before a workspace is chosen, refresh tokens, and wrong passwords."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from api.http.database import set_workspace
from api.queries.tenancy.members import seats_exhausted

USER_BY_EMAIL = "select user_id, password_hash from app.users where email = $1"
CHOICE = """
select o.name as organization, w.name
from app.workspace as w join app.organization as o using (organization_id)
where w.workspace_id = $1
"""
USER_BY_SUBJECT = "select user_id from app.users where external_id = $1"
LINK = """
update app.users set external_id = $1 where email = $2 and external_id is null returning user_id
"""
MEMBERSHIPS = """
select workspace_id from app.membership where user_id = $1 and status in ('active', 'invited')
order by workspace_id
"""
ACCEPT = """
update app.membership set status = 'active' where user_id = $1 and status = 'invited'
"""
KEEP = """
insert into app.refresh_token (workspace_id, token_hash, user_id, family_id, expires_at, method)
values ($1, $2, $3, $4, $5, $6)
"""
USE = """
update app.refresh_token set used_at = now()
where token_hash = $1 and used_at is null and expires_at > now()
returning user_id, family_id, method
"""
END_FAMILY = """
delete from app.refresh_token
where family_id = (select family_id from app.refresh_token where token_hash = $1)
"""
FAILURES = """
select failures from app.login_failure where subject_hash = $1 and last_at > now() - interval '15 minutes'
"""
FAIL = """
insert into app.login_failure as f (subject_hash, failures, last_at) values ($1, 1, now())
on conflict (subject_hash) do update
    set failures = case when f.last_at > now() - interval '15 minutes' then f.failures + 1 else 1 end,
        last_at = now()
"""


@dataclass(frozen=True)
class UsedToken:
    """Whose session a refresh token goes on with."""

    user_id: UUID
    family_id: UUID
    method: str


async def user_by_email(pool: asyncpg.Pool, email: str) -> tuple[UUID, str | None] | None:
    """A user and the hash of his password."""
    row = await pool.fetchrow(USER_BY_EMAIL, email)
    return (row["user_id"], row["password_hash"]) if row else None


async def user_by_subject(pool: asyncpg.Pool, subject: str, verified_email: str | None) -> UUID | None:
    """The user of an identity provider's subject; a verified address links a user who has none yet."""
    known = await pool.fetchval(USER_BY_SUBJECT, subject)
    if known is None and verified_email is not None:
        known = await pool.fetchval(LINK, subject, verified_email)
    return known  # type: ignore[no-any-return]


async def memberships(pool: asyncpg.Pool, user_id: UUID) -> list[UUID]:
    """The workspaces that a user belongs to or is invited to."""
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        await connection.execute("select set_config('causeloop.user', $1, true)", str(user_id))
        return [row["workspace_id"] for row in await connection.fetch(MEMBERSHIPS, user_id)]


async def workspace_choices(pool: asyncpg.Pool, workspace_ids: Sequence[UUID]) -> list[dict[str, str]]:
    """What a member's workspaces are called, each read under its own isolation."""
    choices = []
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        for workspace_id in workspace_ids:
            await set_workspace(connection, workspace_id)
            row = await connection.fetchrow(CHOICE, workspace_id)
            choices.append({"id": str(workspace_id), **(dict(row) if row else {})})
    return choices


async def accept_invitation(pool: asyncpg.Pool, workspace_id: UUID, user_id: UUID) -> None:
    """An invited user who signs in takes a seat; of two who race for the last one, one wins."""
    try:
        async with pool.acquire() as connection, connection.transaction():
            await set_workspace(connection, workspace_id)
            await connection.execute(ACCEPT, user_id)
    except asyncpg.CheckViolationError as error:
        if error.constraint_name != "seats_exhausted":
            raise
        raise seats_exhausted() from None


async def keep_refresh_token(
    pool: asyncpg.Pool, workspace_id: UUID, token_hash: bytes, used: UsedToken, expires_at: datetime
) -> None:
    """Store the hash of a refresh token."""
    async with pool.acquire() as connection, connection.transaction():
        await set_workspace(connection, workspace_id)
        await connection.execute(
            KEEP, workspace_id, token_hash, used.user_id, used.family_id, expires_at, used.method
        )


async def use_refresh_token(pool: asyncpg.Pool, workspace_id: UUID, token_hash: bytes) -> UsedToken | None:
    """Spend a refresh token; one that was spent before was stolen, so its whole family ends."""
    async with pool.acquire() as connection, connection.transaction():
        await set_workspace(connection, workspace_id)
        row = await connection.fetchrow(USE, token_hash)
        if row is None:
            await connection.execute(END_FAMILY, token_hash)
            return None
        return UsedToken(row["user_id"], row["family_id"], row["method"])


async def end_session(pool: asyncpg.Pool, workspace_id: UUID, token_hash: bytes) -> None:
    """Forget a refresh token and all that came from it."""
    async with pool.acquire() as connection, connection.transaction():
        await set_workspace(connection, workspace_id)
        await connection.execute(END_FAMILY, token_hash)


async def recent_failures(pool: asyncpg.Pool, subject_hash: bytes) -> int:
    """Wrong passwords of an account from one address in the last quarter of an hour."""
    return int(await pool.fetchval(FAILURES, subject_hash) or 0)


async def note_failure(pool: asyncpg.Pool, subject_hash: bytes) -> None:
    """Count a wrong password."""
    await pool.execute(FAIL, subject_hash)


async def forget_failures(pool: asyncpg.Pool, subject_hash: bytes) -> None:
    """A right password clears the count."""
    await pool.execute("delete from app.login_failure where subject_hash = $1", subject_hash)
