"""Invitations: one link per person, replaced by a new one and deleted when accepted."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from api.auth.queries.seats import seats_exhausted
from api.auth.queries.sessions import claim
from api.http.bounded_pool import BoundedPool
from api.http.database import WorkspaceDatabase, set_workspace

UPSERT_INVITATION = """
insert into app.invitation (workspace_id, user_id, token_hash, invited_by, is_private)
values ($1, $2, $3, $4, $5)
on conflict (workspace_id, user_id) do update
    set token_hash = excluded.token_hash, invited_by = excluded.invited_by, expires_at = excluded.expires_at,
        is_private = excluded.is_private
"""
UPDATE_INVITED_AT = "update app.membership set created_at = now() where user_id = $1 and status = 'invited'"
SELECT_INVITATION = """
select i.user_id, i.expires_at, i.is_private, m.role, w.name as workspace, w.sso_enforced,
    o.name as organization, o.status as organization_status, u.email, u.proven_at is not null as is_proven
from app.invitation as i
join app.membership as m using (workspace_id, user_id)
join app.users as u using (user_id)
join app.workspace as w using (workspace_id)
join app.organization as o using (organization_id)
where i.token_hash = $1 and i.expires_at > now() and m.status = 'invited'
"""
# The person's own, or the one of the workspace's organization.
SELECT_ACCEPTING_HASH = """
select password_hash from app.user_password
where user_id = $1
    and (organization_id is null or organization_id = (select organization_id from app.workspace))
"""


@dataclass(frozen=True)
class StoredInvitation:
    """An invitation that may still be accepted, with the hash of a password that accepts it."""

    user_id: UUID
    email: str
    role: str
    organization: str
    workspace: str
    expires_at: datetime
    organization_status: str
    sso_enforced: bool
    is_private: bool
    is_proven: bool
    password_hash: str | None

    @property
    def proof(self) -> str:
        """How whoever has the link proves to be the person.

        By a link that whoever invites has seen, nobody sets the password of somebody who has proven the
        address; other people get one that opens the organization of the invitation alone.
        """
        if self.sso_enforced:
            return "single_sign_on"
        if self.is_proven:
            return "single_sign_on" if self.password_hash is None else "password"
        if self.is_private or self.password_hash is None:
            return "new_password"
        return "password"


async def replace_link(
    db: WorkspaceDatabase, user_id: UUID, token_hash: bytes, actor: str, is_private: bool
) -> None:
    """Store the hash of a person's new link, valid for seven days; an earlier one stops working."""
    await db.transaction.execute(UPDATE_INVITED_AT, user_id)
    await db.transaction.execute(UPSERT_INVITATION, db.workspace_id, user_id, token_hash, actor, is_private)


async def find_invitation(
    pool: BoundedPool, workspace_id: UUID, token_hash: bytes
) -> StoredInvitation | None:
    """The invitation of a link; None where it is unknown, used, replaced or too old."""
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        await set_workspace(connection, workspace_id)
        row = await connection.fetchrow(SELECT_INVITATION, token_hash)
        if row is None:
            return None
        await claim(connection, "email", row["email"])
        password_hash = await connection.fetchval(SELECT_ACCEPTING_HASH, row["user_id"])
    return StoredInvitation(password_hash=password_hash, **dict(row))


async def accept(
    pool: BoundedPool, workspace_id: UUID, user_id: UUID, token_hash: bytes, new_password_hash: str | None
) -> bool:
    """Make the person a member and consume the link; False if it was used meanwhile, 422 without a seat."""
    try:
        return bool(
            await pool.fetchval(
                "select app.accept_invitation($1, $2, $3, $4)",
                workspace_id,
                user_id,
                token_hash,
                new_password_hash,
            )
        )
    except asyncpg.CheckViolationError as error:
        if error.constraint_name != "seats_exhausted":
            raise
        raise seats_exhausted() from None
    except asyncpg.UniqueViolationError:
        return False  # the person has come in otherwise meanwhile
