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
insert into app.invitation (workspace_id, user_id, token_hash, invited_by) values ($1, $2, $3, $4)
on conflict (workspace_id, user_id) do update
    set token_hash = excluded.token_hash, invited_by = excluded.invited_by, expires_at = excluded.expires_at
"""
UPDATE_INVITED_AT = "update app.membership set created_at = now() where user_id = $1 and status = 'invited'"
SELECT_INVITATION = """
select i.user_id, i.expires_at, m.role, w.name as workspace, w.sso_enforced, o.name as organization,
    o.status as organization_status, u.email, u.external_id
from app.invitation as i
join app.membership as m using (workspace_id, user_id)
join app.users as u using (user_id)
join app.workspace as w using (workspace_id)
join app.organization as o using (organization_id)
where i.token_hash = $1 and i.expires_at > now() and m.status = 'invited'
"""
SELECT_PASSWORD_HASH = "select password_hash from app.user_password where user_id = $1"  # noqa: S105
LOCK_INVITATION = """
select true from app.invitation where user_id = $1 and token_hash = $2 and expires_at > now() for update
"""
INSERT_PASSWORD = "insert into app.user_password (user_id, password_hash) values ($1, $2)"  # noqa: S105
UPDATE_ACCEPTED = """
update app.membership set status = 'active' where user_id = $1 and status = 'invited' returning true
"""
INSERT_AUDIT = """
insert into app.audit_log (workspace_id, actor, action, subject, details)
values ($1, $2, 'invitation.accepted', $2, '{}')
"""


@dataclass(frozen=True)
class StoredInvitation:
    """An invitation that may still be accepted, with the person's password hash, if they have one."""

    user_id: UUID
    email: str
    role: str
    organization: str
    workspace: str
    expires_at: datetime
    organization_status: str
    needs_single_sign_on: bool
    password_hash: str | None


async def replace_link(db: WorkspaceDatabase, user_id: UUID, token_hash: bytes, actor: str) -> None:
    """Store the hash of a person's new link, valid for seven days; an earlier one stops working."""
    await db.transaction.execute(UPDATE_INVITED_AT, user_id)
    await db.transaction.execute(UPSERT_INVITATION, db.workspace_id, user_id, token_hash, actor)


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
        password_hash = await connection.fetchval(SELECT_PASSWORD_HASH, row["user_id"])
    fields = dict(row)
    has_identity = fields.pop("external_id") is not None and password_hash is None
    return StoredInvitation(
        needs_single_sign_on=fields.pop("sso_enforced") or has_identity,
        password_hash=password_hash,
        **fields,
    )


async def accept(
    pool: BoundedPool, workspace_id: UUID, user_id: UUID, token_hash: bytes, new_password_hash: str | None
) -> bool:
    """Make the person a member and consume the link; False if it was used meanwhile, 422 without a seat."""
    try:
        async with pool.acquire() as connection, connection.transaction():
            await set_workspace(connection, workspace_id)
            await claim(connection, "invitation", token_hash.hex())
            if not await connection.fetchval(LOCK_INVITATION, user_id, token_hash):
                return False
            if new_password_hash is not None:
                await connection.execute(INSERT_PASSWORD, user_id, new_password_hash)
            if not await connection.fetchval(UPDATE_ACCEPTED, user_id):
                return False
            await connection.execute("delete from app.invitation where user_id = $1", user_id)
            await connection.execute(INSERT_AUDIT, workspace_id, f"user:{user_id}")
    except asyncpg.CheckViolationError as error:
        if error.constraint_name != "seats_exhausted":
            raise
        raise seats_exhausted() from None
    except asyncpg.UniqueViolationError:
        return False  # another invitation of the person set their first password meanwhile
    return True
