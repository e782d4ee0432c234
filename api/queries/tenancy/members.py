"""People and programs of a workspace."""

from typing import Any
from uuid import UUID

import asyncpg

from api.http.database import WorkspaceDatabase
from api.http.errors import broken_rule
from api.http.pagination import Listing, Sort
from api.queries.detect.issues import any_of

MEMBERS = Listing(
    name="members",
    columns="m.user_id, u.email, u.name, m.role, m.status, m.created_at",
    source="app.membership as m join app.users as u on u.user_id = m.user_id",
    key="m.user_id",
    key_output="user_id",
    sorts={
        "email": Sort("u.email", "email", "text"),
        "created_at": Sort("m.created_at", "created_at", "timestamptz"),
    },
    default_sort="email",
    filters={"role": any_of("m.role", "role"), "status": any_of("m.status", "status")},
)

SERVICE_ACCOUNTS = Listing(
    name="service accounts",
    columns="""a.service_account_id as id, a.name, a.role, a.created_at, a.expires_at, a.revoked_at,
        a.last_used_at""",
    source="app.service_account as a",
    key="a.service_account_id",
    key_output="id",
    sorts={"created_at": Sort("a.created_at", "created_at", "timestamptz")},
    default_sort="-created_at",
    filters={},
)

SEATS = "select seats_taken < seats_total from app.organization"

IDENTIFY = """
insert into app.users (email, name) values ($1, $2) on conflict (email) do nothing
"""

INVITE = """
insert into app.membership (workspace_id, user_id, role, status)
select $1, u.user_id, $3, 'invited' from app.users as u where u.email = $2
on conflict (workspace_id, user_id) do nothing
returning user_id
"""

READ = f"""
select row_to_json(member)
from (
    select {MEMBERS.columns} from {MEMBERS.source} where m.user_id = ($1 ->> 'id')::uuid
) as member
"""

OTHER_OWNERS = """
select count(*) from app.membership where role = 'owner' and status = 'active' and user_id <> $1
"""

CHANGE = """
update app.membership set role = coalesce($2, role), status = coalesce($3, status) where user_id = $1
"""

CREATE_ACCOUNT = """
insert into app.service_account (workspace_id, service_account_id, name, role, key_hash, expires_at)
values ($1, $2, $3, $4, $5, $6)
returning created_at
"""

REVOKE_ACCOUNT = """
update app.service_account set revoked_at = coalesce(revoked_at, now())
where service_account_id = $1
returning true
"""


async def has_free_seat(db: WorkspaceDatabase) -> bool:
    """Whether the organization has a seat left."""
    return bool(await db.transaction.fetchval(SEATS))


async def invite(db: WorkspaceDatabase, email: str, name: str | None, role: str) -> UUID | None:
    """Invite a person; None when he is a member already."""
    await db.transaction.execute(IDENTIFY, email, name)
    return await db.transaction.fetchval(INVITE, db.workspace_id, email, role)  # type: ignore[no-any-return]


async def read_member(db: WorkspaceDatabase, user_id: UUID) -> dict[str, Any] | None:
    """One member as he is shown."""
    return await db.read(READ, id=str(user_id))  # type: ignore[no-any-return]


async def hold_members(db: WorkspaceDatabase) -> None:
    """Let other changes of this workspace's members wait, so that two owners cannot leave at once."""
    await db.transaction.fetchval("select 1 from app.workspace for update")


async def other_active_owners(db: WorkspaceDatabase, user_id: UUID) -> int:
    """How many owners there are beside one."""
    return int(await db.transaction.fetchval(OTHER_OWNERS, user_id))


async def change_member(db: WorkspaceDatabase, user_id: UUID, role: str | None, status: str | None) -> None:
    """Change a membership; a seat that is not there is refused by the database."""
    try:
        await db.transaction.execute(CHANGE, user_id, role, status)
    except asyncpg.CheckViolationError as error:
        if error.constraint_name != "seats_exhausted":
            raise
        raise seats_exhausted() from None


def seats_exhausted() -> Exception:
    """The organization's seats are all taken."""
    return broken_rule(
        "seats_exhausted", "all seats of the organization are taken: suspend a member or buy seats"
    )


async def create_account(
    db: WorkspaceDatabase, account_id: UUID, name: str, role: str, key_hash: bytes, expires_at: Any
) -> Any:
    """Store a service account; when it was made."""
    return await db.transaction.fetchval(
        CREATE_ACCOUNT, db.workspace_id, account_id, name, role, key_hash, expires_at
    )


async def revoke_account(db: WorkspaceDatabase, account_id: UUID) -> bool:
    """Make a key worthless; False when there is no such account."""
    return bool(await db.transaction.fetchval(REVOKE_ACCOUNT, account_id))
