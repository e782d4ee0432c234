"""Who takes care of a pattern or recommendation."""

from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.listing.queries import AnyHolds

UPSERT_ASSIGNMENT = """
insert into app.assignment (workspace_id, item_kind, item_id, user_id, assigned_by)
select $1, $2, $3, m.user_id, $5
from app.membership as m
where m.user_id = $4 and m.status = 'active'
on conflict (workspace_id, item_kind, item_id) do update
    set user_id = excluded.user_id, assigned_by = excluded.assigned_by, assigned_at = now()
returning true
"""

DELETE_ASSIGNMENT = "delete from app.assignment where item_kind = $1 and item_id = $2"


def select_assignee(kind: str, item_id: str) -> str:
    """The subquery for the assignee of an item (an SQL expression); null: nobody."""
    return f"""
        select json_build_object('user_id', a.user_id, 'name', coalesce(u.name, u.email))
        from app.assignment as a
        join app.users as u using (user_id)
        where a.item_kind = '{kind}' and a.item_id = {item_id}
    """


def match_assignee(kind: str, item_id: str) -> AnyHolds:
    """That one of these takes care of an item, by id, name or address; `none`: that nobody does."""
    return AnyHolds(f"""{item_id} in (
            select a.item_id
            from app.assignment as a
            join app.users as u using (user_id)
            where a.item_kind = '{kind}' and (
                a.user_id::text = any ({{values}})
                or lower(coalesce(u.name, u.email)) in (select lower(v) from unnest({{values}}) as v)
            )
        )
        or 'none' = any ({{values}}) and not exists (
            select from app.assignment as a where a.item_kind = '{kind}' and a.item_id = {item_id}
        )""")


async def assign_item(db: WorkspaceDatabase, kind: str, item_id: UUID, user_id: UUID, actor: str) -> bool:
    """Store who takes care of an item; False if the user is not an active member."""
    return bool(
        await db.transaction.fetchval(UPSERT_ASSIGNMENT, db.workspace_id, kind, item_id, user_id, actor)
    )


async def unassign_item(db: WorkspaceDatabase, kind: str, item_id: UUID) -> None:
    """Store that nobody takes care of an item."""
    await db.transaction.execute(DELETE_ASSIGNMENT, kind, item_id)
