"""The roles that groups give, and those that people have by them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase

SELECT_GROUP_ROLES = """
select coalesce(json_agg(json_build_object(
    'id', g.group_id, 'display_name', g.display_name, 'role', g.role,
    'members', (select count(*) from app.directory_group_member as m where m.group_id = g.group_id)
) order by lower(g.display_name)), '[]')
from app.directory_group as g
"""
UPDATE_ROLE = "update app.directory_group set role = $2 where group_id = $1"
# The highest role of a person's groups; nobody's group takes the role of the last owner.
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


async def list_group_roles(db: WorkspaceDatabase) -> list[dict[str, Any]]:
    """The groups with their roles and the number of their members, by name."""
    return list(await db.read(SELECT_GROUP_ROLES))


async def set_role(db: WorkspaceDatabase, group_id: UUID, role: str | None) -> None:
    """Set the role that a group gives."""
    await db.transaction.execute(UPDATE_ROLE, group_id, role)


async def apply_roles(db: WorkspaceDatabase, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """Give these people the highest role of their groups, else viewer; whose role that changed."""
    rows = await db.transaction.fetch(UPDATE_ROLES, list(user_ids))
    return {row["user_id"]: row["role"] for row in rows}
