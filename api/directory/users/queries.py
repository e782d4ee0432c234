"""The users of a directory: memberships with the directory's attributes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase, encode_parameters

COLUMNS = """
    m.user_id as id, coalesce(d.user_name, u.email) as user_name, u.email, d.external_id, m.name,
    coalesce(d.profile, '{}') as profile, m.status, m.role, m.created_at,
    coalesce(d.updated_at, m.created_at) as updated_at,
    (
        select coalesce(json_agg(json_build_object('id', g.group_id, 'name', g.display_name)), '[]')
        from app.directory_group_member as gm join app.directory_group as g using (workspace_id, group_id)
        where gm.user_id = m.user_id
    ) as groups
"""
SOURCE = """
from app.membership as m
join app.users as u using (user_id)
left join app.directory_user as d using (workspace_id, user_id)
"""
SELECT_USERS = f"""
select coalesce(json_agg(person order by person.created_at, person.id), '[]')
from (
    select {COLUMNS} {SOURCE}
    where ($1 ->> 'user_name' is null or lower(coalesce(d.user_name, u.email)) = lower($1 ->> 'user_name'))
        and ($1 ->> 'external_id' is null or d.external_id = $1 ->> 'external_id')
        and ($1 ->> 'id' is null or m.user_id::text = $1 ->> 'id')
) as person
"""
INSERT_USER = "insert into app.users (email) values (lower($1)) on conflict (email) do nothing"
INSERT_MEMBERSHIP = """
insert into app.membership (workspace_id, user_id, role, status, name, is_provisioned)
select $1, u.user_id, 'viewer', $3, $4, true from app.users as u where u.email = lower($2)
on conflict (workspace_id, user_id) do nothing
returning user_id
"""
UPSERT_DETAILS = """
insert into app.directory_user as d (workspace_id, user_id, user_name, external_id, profile)
values ($1, $2, $3, $4, $5::jsonb)
on conflict (workspace_id, user_id) do update
set user_name = excluded.user_name, external_id = excluded.external_id, profile = excluded.profile,
    updated_at = now()
"""
UPDATE_NAME = """
update app.membership as m set name = $2, is_provisioned = true
from (
    select workspace_id, user_id, is_provisioned from app.membership where user_id = $1 for update
) as former
where m.workspace_id = former.workspace_id and m.user_id = former.user_id
returning not former.is_provisioned
"""


@dataclass(frozen=True, kw_only=True)
class DirectoryAttributes:
    """The directory's attributes of a user."""

    user_name: str
    external_id: str | None
    name: str | None
    profile: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class DirectoryMember:
    """A member with the directory's attributes."""

    id: UUID
    user_name: str
    email: str
    external_id: str | None
    name: str | None
    profile: dict[str, Any]
    status: str
    role: str
    created_at: datetime
    updated_at: datetime
    groups: list[dict[str, str]]

    @property
    def is_active(self) -> bool:
        """Whether the person may sign in, even if they have not done so yet."""
        return self.status != "suspended"


async def list_people(
    db: WorkspaceDatabase,
    *,
    user_name: str | None = None,
    external_id: str | None = None,
    user_id: str | None = None,
) -> list[DirectoryMember]:
    """The members of the workspace, or those of a name or id, in the order of their arrival."""
    rows = await db.read(SELECT_USERS, user_name=user_name, external_id=external_id, id=user_id)
    return [_read_person(row) for row in rows]


async def read_person(db: WorkspaceDatabase, user_id: UUID) -> DirectoryMember | None:
    """One member."""
    people = await list_people(db, user_id=str(user_id))
    return people[0] if people else None


async def add_person(
    db: WorkspaceDatabase, email: str, details: DirectoryAttributes, status: str
) -> UUID | None:
    """Add a person to the workspace; None if they are a member already."""
    await db.transaction.execute("select set_config('causeloop.email', lower($1), true)", email)
    await db.transaction.execute(INSERT_USER, email)
    user_id = await db.transaction.fetchval(INSERT_MEMBERSHIP, db.workspace_id, email, status, details.name)
    if user_id is not None:
        await _store(db, user_id, details)
    return user_id  # type: ignore[no-any-return]


async def change_person(db: WorkspaceDatabase, user_id: UUID, details: DirectoryAttributes) -> None:
    """Store the directory's attributes of a member, whom the directory manages from now on.

    Whom it takes over and who has not proven the address starts over: somebody else may have come in.
    """
    if await db.transaction.fetchval(UPDATE_NAME, user_id, details.name):
        await db.transaction.execute("select app.revoke_access($1)", user_id)
    await _store(db, user_id, details)


async def _store(db: WorkspaceDatabase, user_id: UUID, details: DirectoryAttributes) -> None:
    await db.transaction.execute(
        UPSERT_DETAILS,
        db.workspace_id,
        user_id,
        details.user_name,
        details.external_id,
        encode_parameters(details.profile),
    )


def _read_person(row: dict[str, Any]) -> DirectoryMember:
    instants = {name: datetime.fromisoformat(row[name]) for name in ("created_at", "updated_at")}
    return DirectoryMember(**{**row, **instants, "id": UUID(row["id"])})
