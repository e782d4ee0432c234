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


async def reopen_pattern(db: WorkspaceDatabase, pattern_id: UUID, actor: str) -> bool:
    """Withdraw the closure notes of a pattern; False if it has none."""
    withdrawn = await db.transaction.execute(WITHDRAW_NOTES, pattern_id, actor)
    await db.transaction.execute(UPDATE_REOPENED, pattern_id)
    return bool(withdrawn != "UPDATE 0")
