"""Imports a post-mortem; a document that was imported before is updated, item by item."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.postmortems import queries as postmortems

MIN_ALIKE = 0.8
"""How alike two texts must be to be one item that was reworded."""

SELECT_IMPORTED = """
select postmortem_id from act.postmortem where source = $1 and status = 'imported' for update
"""
SELECT_ITEMS = "select * from act.action_item where postmortem_id = $1 order by place"
STATE = ("kind", "is_dropped", "is_done", "done_at", "done_basis")

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


async def import_postmortem(db: WorkspaceDatabase, postmortem_id: UUID, source: str, actor: str) -> UUID:
    """Import a draft; the reading of the same document that was imported before, where there is one."""
    await db.transaction.execute(LOCK_SOURCE, f"{db.workspace_id} {source}")
    earlier: UUID | None = await db.transaction.fetchval(SELECT_IMPORTED, source)
    if earlier is None:
        await db.transaction.execute(SET_IMPORTED, postmortem_id, actor)
    else:
        await _update_items(db, earlier, postmortem_id)
        await db.transaction.execute(UPDATE_READING, earlier, postmortem_id, actor)
        await postmortems.delete_draft(db, postmortem_id)
    await postmortems.claim_done_items(db)
    return earlier or postmortem_id


async def _update_items(db: WorkspaceDatabase, earlier: UUID, draft: UUID) -> None:
    """Update the earlier items, add new ones, and mark those that the document no longer has."""
    old = await db.transaction.fetch(SELECT_ITEMS, earlier)
    new = await db.transaction.fetch(SELECT_ITEMS, draft)
    pairs = pair_items(old, new)
    left = [row["item_id"] for row in old if row["item_id"] not in pairs]
    await db.transaction.execute(
        "update act.action_item set left_at = now(), item_key = item_key || ':' || item_id "
        "where item_id = any ($1) and left_at is null",
        left,
    )
    befores = {row["item_id"]: row for row in old}
    afters = {row["item_id"]: row for row in new}
    for old_id, new_id in pairs.items():
        before, after = befores[old_id], afters[new_id]
        state = merge_states(before, after)
        is_edited = before["is_edited"] or after["is_edited"]
        await db.transaction.execute(UPDATE_ITEM, old_id, new_id, *(state[name] for name in STATE), is_edited)
    await db.transaction.execute(
        "update act.action_item set postmortem_id = $2 where postmortem_id = $1 and not item_id = any ($3)",
        draft,
        earlier,
        list(pairs.values()),
    )


def merge_states(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """An item's kind and state: as a person decided, else as read now; the day when it was done stays."""
    decided = before if before["is_edited"] and not after["is_edited"] else after
    state = {name: decided[name] for name in STATE}
    is_done_before = decided is after and not after["is_edited"] and before["is_done"]
    is_undated = after["is_done"] and after["done_basis"] == "reading"
    if is_done_before and (is_undated or (before["done_basis"] == "ticket" and not after["is_done"])):
        state |= {name: before[name] for name in ("is_done", "done_at", "done_basis")}
    return state


def pair_items(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> dict[Any, Any]:
    """Which new item is which old one: by key, else the most alike text; old id → new id."""
    by_key = {row["item_key"]: row["item_id"] for row in new}
    pairs = {row["item_id"]: by_key[row["item_key"]] for row in old if row["item_key"] in by_key}
    taken = set(pairs.values())
    alike = sorted(
        (
            (-_compare(before["text"], after["text"]), before["item_id"], after["item_id"])
            for before in old
            if before["item_id"] not in pairs
            for after in new
            if after["item_id"] not in taken
        ),
        key=lambda each: each[0],
    )
    for distance, before, after in alike:
        if -distance >= MIN_ALIKE and before not in pairs and after not in taken:
            pairs[before] = after
            taken.add(after)
    return pairs


def _compare(before: str, after: str) -> float:
    matcher = SequenceMatcher(None, before.lower(), after.lower(), autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= MIN_ALIKE else 0.0
