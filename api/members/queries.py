"""Members of a workspace."""

from typing import Any
from uuid import UUID

import asyncpg

from api.auth.queries.seats import seats_exhausted
from api.http.database import WorkspaceDatabase
from api.listing.queries import AnyOf, Listing, Sort

MEMBERS = Listing(
    name="members",
    columns="""m.user_id, u.email, coalesce(m.name, case when m.status <> 'invited' then u.name end) as name,
        m.role, m.status, m.created_at""",
    source="app.membership as m join app.users as u on u.user_id = m.user_id",
    key="m.user_id",
    key_output="user_id",
    sorts={
        "email": Sort("u.email", "email", "text"),
        "created_at": Sort("m.created_at", "created_at", "timestamptz"),
    },
    default_sort="email",
    filters={"role": AnyOf("m.role"), "status": AnyOf("m.status")},
)

SELECT_HAS_FREE_SEAT = "select o.seats_taken < o.seats_total from app.organization as o"

INSERT_USER = "insert into app.users (email) values (lower($1)) on conflict (email) do nothing"

# A workspace shows the name that it gave a person, and their own name once they have accepted.
INSERT_MEMBERSHIP = """
insert into app.membership (workspace_id, user_id, role, status, name)
select $1, u.user_id, $3, 'invited', $4 from app.users as u where u.email = lower($2)
on conflict (workspace_id, user_id) do update
    set role = excluded.role, name = excluded.name, created_at = now()
    where membership.status = 'invited' and not app.is_invitation_open(membership)
returning user_id
"""

SELECT_MEMBER = f"""
select row_to_json(member)
from (
    select {MEMBERS.columns} from {MEMBERS.source} where m.user_id = ($1 ->> 'id')::uuid
) as member
"""

SELECT_HAS_LINKED_OWNER = """
select exists (
    select from app.membership as m
    join app.users as u using (user_id)
    where m.role = 'owner' and m.status = 'active' and u.external_id is not null
)
"""

COUNT_OTHER_OWNERS = """
select count(*) from app.membership where role = 'owner' and status = 'active' and user_id <> $1
"""

UPDATE_MEMBERSHIP = """
update app.membership
set role = coalesce($2, role),
    status = case when $3 = 'active' and accepted_at is null then 'invited' else coalesce($3, status) end
where user_id = $1
"""

DELETE_MEMBER = "delete from app.membership where user_id = $1 returning true"


async def has_free_seat(db: WorkspaceDatabase) -> bool:
    """Whether fewer people are active than the organization has seats."""
    return bool(await db.transaction.fetchval(SELECT_HAS_FREE_SEAT))


async def has_linked_owner(db: WorkspaceDatabase) -> bool:
    """Whether an active owner has signed in with single sign-on."""
    return bool(await db.transaction.fetchval(SELECT_HAS_LINKED_OWNER))


async def invite(db: WorkspaceDatabase, email: str, name: str | None, role: str) -> UUID | None:
    """Invite a person, again after the 7 days of an invitation; None if they are a member already."""
    await db.transaction.execute("select set_config('causeloop.email', lower($1), true)", email)
    await db.transaction.execute(INSERT_USER, email)
    return await db.transaction.fetchval(  # type: ignore[no-any-return]
        INSERT_MEMBERSHIP, db.workspace_id, email, role, name
    )


async def read_member(db: WorkspaceDatabase, user_id: UUID) -> dict[str, Any] | None:
    """One member."""
    return await db.read(SELECT_MEMBER, id=str(user_id))  # type: ignore[no-any-return]


async def lock_members(db: WorkspaceDatabase) -> None:
    """Serialize changes of members, so that the last two owners cannot leave at the same time."""
    await db.transaction.fetchval("select 1 from app.workspace for update")


async def count_other_owners(db: WorkspaceDatabase, user_id: UUID) -> int:
    """The number of active owners besides this user."""
    return int(await db.transaction.fetchval(COUNT_OTHER_OWNERS, user_id))


async def update_member(db: WorkspaceDatabase, user_id: UUID, role: str | None, status: str | None) -> None:
    """Change a membership; 422 when that needs a seat and none is free."""
    try:
        await db.transaction.execute(UPDATE_MEMBERSHIP, user_id, role, status)
    except asyncpg.CheckViolationError as error:
        if error.constraint_name != "seats_exhausted":
            raise
        raise seats_exhausted() from None


async def remove_member(db: WorkspaceDatabase, user_id: UUID) -> bool:
    """Delete a membership with its invitation; what the person did stays. False if there is none."""
    return bool(await db.transaction.fetchval(DELETE_MEMBER, user_id))
