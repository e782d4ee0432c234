"""What people set for patterns: a name of their own, and until when they send no alerts."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase, encode_parameters

UPSERT_HANDLING = """
insert into detect.pattern_handling as h (workspace_id, pattern_id, name, snoozed_until, changed_by)
select p.workspace_id, p.pattern_id, $2::jsonb ->> 'name', ($2 ->> 'snoozed_until')::timestamptz, $3
from detect.pattern as p
where p.pattern_id = $1
on conflict (workspace_id, pattern_id) do update
    set name = case when $2 ? 'name' then $2 ->> 'name' else h.name end,
        snoozed_until = case
            when $2 ? 'snoozed_until' then ($2 ->> 'snoozed_until')::timestamptz
            else h.snoozed_until
        end,
        named_by = case when $2 ? 'name' then null else h.named_by end,
        changed_by = excluded.changed_by, changed_at = now()
returning true
"""

WITHDRAW_NOTES = """
update detect.closure_note set withdrawn_at = now(), withdrawn_by = $2
where pattern_id = $1 and withdrawn_at is null
"""
UPDATE_REOPENED = """
update detect.pattern set status = 'active', resolved_at = null, reopened_at = now()
where pattern_id = $1 and status = 'resolved'
"""
NAME_MERGED = """
insert into detect.pattern_handling as h (workspace_id, pattern_id, name, changed_by, named_by)
select p.workspace_id, p.pattern_id, coalesce($2, p.name), $3, $4
from detect.pattern as p
where p.pattern_id = $1
on conflict (workspace_id, pattern_id) do update
    set former_name = h.name, name = excluded.name, named_by = excluded.named_by,
        changed_by = excluded.changed_by, changed_at = now()
returning name
"""
NAME_AS_BEFORE = """
update detect.pattern_handling set name = former_name, named_by = null, former_name = null,
    changed_by = $2, changed_at = now()
where named_by = $1
returning pattern_id, name
"""
UPDATE_NAME = "update detect.pattern set name = $2 where pattern_id = $1"


async def change_handling(
    db: WorkspaceDatabase, pattern_id: UUID, changes: Mapping[str, Any], actor: str
) -> bool:
    """Store what the changes hold; False if there is no such pattern."""
    if not await db.transaction.fetchval(UPSERT_HANDLING, pattern_id, encode_parameters(changes), actor):
        return False
    if changes.get("name"):
        await db.transaction.execute(UPDATE_NAME, pattern_id, changes["name"])
    return True


async def name_merged_pattern(
    db: WorkspaceDatabase, pattern_id: UUID, name: str | None, correction: tuple[UUID, str]
) -> None:
    """Name the pattern that stays, by default as it is now; withdrawing the correction undoes that."""
    correction_id, actor = correction
    chosen = await db.transaction.fetchval(NAME_MERGED, pattern_id, name, actor, correction_id)
    await db.transaction.execute(UPDATE_NAME, pattern_id, chosen)


async def restore_name(db: WorkspaceDatabase, correction_id: UUID, actor: str) -> None:
    """Take back the name that a withdrawn merge gave."""
    for row in await db.transaction.fetch(NAME_AS_BEFORE, correction_id, actor):
        if row["name"]:
            await db.transaction.execute(UPDATE_NAME, row["pattern_id"], row["name"])


async def reopen_pattern(db: WorkspaceDatabase, pattern_id: UUID, actor: str) -> bool:
    """Withdraw the closure notes of a pattern; False if it has none."""
    withdrawn = await db.transaction.execute(WITHDRAW_NOTES, pattern_id, actor)
    await db.transaction.execute(UPDATE_REOPENED, pattern_id)
    return bool(withdrawn != "UPDATE 0")
