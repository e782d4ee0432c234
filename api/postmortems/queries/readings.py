"""Brings the reading of a document that was imported before up to date with a new one."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase

SELECT_IMPORTED = """
select postmortem_id from act.postmortem where source = $1 and status = 'imported' for update
"""
SELECT_ITEMS = "select * from act.action_item where postmortem_id = $1 order by place"

SET_IMPORTED = """
update act.postmortem set status = 'imported', imported_by = $2, imported_at = now() where postmortem_id = $1
"""

UPDATE_READING = """
update act.postmortem as m
set file_name = d.file_name, address = coalesce(d.address, m.address), title = d.title,
    occurred_at = coalesce(d.occurred_at, m.occurred_at), services = d.services, severity = d.severity,
    statements = d.statements, failure = d.failure, names = d.names, notes = d.notes,
    pattern_ids = d.pattern_ids, uploaded_by = d.uploaded_by, uploaded_at = d.uploaded_at, imported_by = $3,
    imported_at = now()
from act.postmortem as d
where m.postmortem_id = $1 and d.postmortem_id = $2
"""

UPDATE_ITEM = """
update act.action_item as i
set item_key = n.item_key, place = n.place, text = n.text, quote = n.quote, heading = n.heading,
    owner = n.owner, due_on = n.due_on, tickets = n.tickets, names = n.names, left_at = null, kind = $3,
    is_dropped = $4, is_done = $5, done_at = $6, done_basis = $7, is_edited = $8
from act.action_item as n
where i.item_id = $1 and n.item_id = $2
"""

LOCK_SOURCE = "select pg_advisory_xact_lock(hashtextextended($1, 0))"

MARK_LEFT = """
update act.action_item set left_at = now(), item_key = item_key || ':' || item_id
where item_id = any ($1) and left_at is null
"""

MOVE_ITEMS = """
update act.action_item set postmortem_id = $2 where postmortem_id = $1 and not item_id = any ($3)
"""


async def find_imported(db: WorkspaceDatabase, source: str) -> UUID | None:
    """The imported reading of a document; nobody else imports that document until the request ends."""
    await db.transaction.execute(LOCK_SOURCE, f"{db.workspace_id} {source}")
    return await db.transaction.fetchval(SELECT_IMPORTED, source)  # type: ignore[no-any-return]


async def read_items(db: WorkspaceDatabase, postmortem_id: UUID) -> list[Mapping[str, Any]]:
    """The items of a reading, in the order of the document."""
    return list(await db.transaction.fetch(SELECT_ITEMS, postmortem_id))


async def mark_imported(db: WorkspaceDatabase, postmortem_id: UUID, actor: str) -> None:
    """Note that a reading is imported."""
    await db.transaction.execute(SET_IMPORTED, postmortem_id, actor)


async def update_reading(db: WorkspaceDatabase, earlier: UUID, draft: UUID, actor: str) -> None:
    """Give the earlier reading what the new one says of the document as a whole."""
    await db.transaction.execute(UPDATE_READING, earlier, draft, actor)


async def update_item(
    db: WorkspaceDatabase, earlier: UUID, draft: UUID, state: Sequence[Any], *, is_edited: bool
) -> None:
    """Give an earlier item the words of the new one, and a state."""
    await db.transaction.execute(UPDATE_ITEM, earlier, draft, *state, is_edited)


async def mark_left(db: WorkspaceDatabase, item_ids: Sequence[UUID]) -> None:
    """Note that the document no longer has some items."""
    await db.transaction.execute(MARK_LEFT, item_ids)


async def move_items(db: WorkspaceDatabase, draft: UUID, earlier: UUID, but: Sequence[UUID]) -> None:
    """Give the earlier reading the items of the new one, but for some."""
    await db.transaction.execute(MOVE_ITEMS, draft, earlier, but)
