"""The groups of a directory, their members, and the roles that they give."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase

SELECT_GROUPS = """
select coalesce(json_agg(entry order by entry.created_at, entry.id), '[]')
from (
    select g.group_id as id, g.display_name, g.external_id, g.role, g.created_at, g.updated_at,
        (
            select coalesce(json_agg(json_build_object(
                'id', m.user_id, 'name', coalesce(d.user_name, u.email)
            ) order by m.user_id), '[]')
            from app.directory_group_member as m
            join app.users as u using (user_id)
            left join app.directory_user as d using (workspace_id, user_id)
            where m.group_id = g.group_id
        ) as members
    from app.directory_group as g
    where ($1 ->> 'display_name' is null or lower(g.display_name) = lower($1 ->> 'display_name'))
        and ($1 ->> 'external_id' is null or g.external_id = $1 ->> 'external_id')
        and ($1 ->> 'id' is null or g.group_id::text = $1 ->> 'id')
) as entry
"""
SELECT_GROUP_ROLES = """
select coalesce(json_agg(json_build_object(
    'id', g.group_id, 'display_name', g.display_name, 'role', g.role,
    'members', (select count(*) from app.directory_group_member as m where m.group_id = g.group_id)
) order by lower(g.display_name)), '[]')
from app.directory_group as g
"""
INSERT_GROUP = """
insert into app.directory_group (workspace_id, display_name, external_id) values ($1, $2, $3)
returning group_id
"""
UPDATE_GROUP = """
update app.directory_group set display_name = $2, external_id = $3, updated_at = now() where group_id = $1
"""
UPDATE_ROLE = "update app.directory_group set role = $2 where group_id = $1"
DELETE_GROUP = "delete from app.directory_group where group_id = $1"
DELETE_MEMBERS = """
delete from app.directory_group_member where group_id = $1 and user_id <> all ($2::uuid[])
"""
INSERT_MEMBERS = """
insert into app.directory_group_member (workspace_id, group_id, user_id)
select $1, $2, m.user_id from app.membership as m where m.user_id = any ($3::uuid[])
on conflict do nothing
"""
COUNT_MEMBERS = "select count(*) from app.membership where user_id = any ($1::uuid[])"
# The highest role of a person's groups; the last owner keeps their role whatever their groups say.
UPDATE_ROLES = """
update app.membership as m
set role = w.role
from (
    select p.user_id, coalesce((
        select g.role
        from app.directory_group_member as gm join app.directory_group as g using (workspace_id, group_id)
        where gm.user_id = p.user_id and g.role is not null
        order by array_position('{viewer,analyst,admin,owner}', g.role) desc
        limit 1
    ), 'viewer') as role
    from unnest($1::uuid[]) as p (user_id)
) as w
where m.user_id = w.user_id and m.role <> w.role
    and (m.role <> 'owner' or m.status <> 'active' or exists (
        select from app.membership as o
        where o.role = 'owner' and o.status = 'active' and o.user_id <> all ($1::uuid[])
    ))
returning m.user_id, m.role
"""


@dataclass(frozen=True, kw_only=True)
class StoredGroup:
    """A group of the directory."""

    id: UUID
    display_name: str
    external_id: str | None
    role: str | None
    created_at: datetime
    updated_at: datetime
    members: list[dict[str, str]]

    @property
    def member_ids(self) -> set[UUID]:
        """Who belongs to it."""
        return {UUID(member["id"]) for member in self.members}


async def list_groups(
    db: WorkspaceDatabase,
    *,
    display_name: str | None = None,
    external_id: str | None = None,
    group_id: str | None = None,
) -> list[StoredGroup]:
    """The groups of the directory, or those of a name or id, in the order of their arrival."""
    rows = await db.read(SELECT_GROUPS, display_name=display_name, external_id=external_id, id=group_id)
    return [_read_group(row) for row in rows]


async def read_group(db: WorkspaceDatabase, group_id: UUID) -> StoredGroup | None:
    """One group."""
    rows = await list_groups(db, group_id=str(group_id))
    return rows[0] if rows else None


async def list_group_roles(db: WorkspaceDatabase) -> list[dict[str, Any]]:
    """The groups with their roles and the number of their members, by name."""
    return list(await db.read(SELECT_GROUP_ROLES))


async def add_group(db: WorkspaceDatabase, display_name: str, external_id: str | None) -> UUID:
    """Store a new group without members."""
    return await db.transaction.fetchval(  # type: ignore[no-any-return]
        INSERT_GROUP, db.workspace_id, display_name, external_id
    )


async def change_group(
    db: WorkspaceDatabase, group_id: UUID, display_name: str, external_id: str | None
) -> None:
    """Set a group's names."""
    await db.transaction.execute(UPDATE_GROUP, group_id, display_name, external_id)


async def replace_members(db: WorkspaceDatabase, group_id: UUID, user_ids: Collection[UUID]) -> None:
    """Set who belongs to a group."""
    await db.transaction.execute(DELETE_MEMBERS, group_id, list(user_ids))
    await db.transaction.execute(INSERT_MEMBERS, db.workspace_id, group_id, list(user_ids))


async def has_members(db: WorkspaceDatabase, user_ids: Collection[UUID]) -> bool:
    """Whether all of these are members of the workspace."""
    return int(await db.transaction.fetchval(COUNT_MEMBERS, list(user_ids))) == len(user_ids)


async def delete_group(db: WorkspaceDatabase, group_id: UUID) -> None:
    """Delete a group; its members stay in the workspace."""
    await db.transaction.execute(DELETE_GROUP, group_id)


async def set_role(db: WorkspaceDatabase, group_id: UUID, role: str | None) -> None:
    """Set the role that a group gives."""
    await db.transaction.execute(UPDATE_ROLE, group_id, role)


async def apply_roles(db: WorkspaceDatabase, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """Give these people the highest role of their groups, else viewer; returns those whose role changed."""
    rows = await db.transaction.fetch(UPDATE_ROLES, list(user_ids))
    return {row["user_id"]: row["role"] for row in rows}


def _read_group(row: dict[str, Any]) -> StoredGroup:
    instants = {name: datetime.fromisoformat(row[name]) for name in ("created_at", "updated_at")}
    return StoredGroup(**{**row, **instants, "id": UUID(row["id"])})
