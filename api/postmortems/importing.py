"""Imports a post-mortem; a document that was imported before is updated, item by item."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.postmortems.queries import postmortems, readings

MIN_ALIKE = 0.8
"""How alike two texts must be to be one item that was reworded."""

STATE = ("kind", "is_dropped", "is_done", "done_at", "done_basis")


async def import_postmortem(db: WorkspaceDatabase, postmortem_id: UUID, source: str, actor: str) -> UUID:
    """Import a draft; the reading of the same document that was imported before, where there is one."""
    earlier = await readings.find_imported(db, source)
    if earlier is None:
        await readings.mark_imported(db, postmortem_id, actor)
    else:
        await _update_items(db, earlier, postmortem_id)
        await readings.update_reading(db, earlier, postmortem_id, actor)
        await postmortems.delete_draft(db, postmortem_id)
    await postmortems.claim_done_items(db)
    return earlier or postmortem_id


async def _update_items(db: WorkspaceDatabase, earlier: UUID, draft: UUID) -> None:
    """Update the earlier items, add new ones, and mark those that the document no longer has."""
    old = await readings.read_items(db, earlier)
    new = await readings.read_items(db, draft)
    pairs = pair_items(old, new)
    await readings.mark_left(db, [row["item_id"] for row in old if row["item_id"] not in pairs])
    befores = {row["item_id"]: row for row in old}
    afters = {row["item_id"]: row for row in new}
    for old_id, new_id in pairs.items():
        before, after = befores[old_id], afters[new_id]
        state = merge_states(before, after)
        is_edited = before["is_edited"] or after["is_edited"]
        await readings.update_item(db, old_id, new_id, [state[name] for name in STATE], is_edited=is_edited)
    await readings.move_items(db, draft, earlier, list(pairs.values()))


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
