"""Assigns patterns and recommendations to active members."""

from typing import NamedTuple
from uuid import UUID

from api.access.caller import Caller
from api.assignments import queries as assignments
from api.auth.queries import audit
from api.http.database import WorkspaceDatabase
from api.http.errors import broken_rule
from causeloop_pipeline.model.recommendation import AssignableKind


class AssignedItem(NamedTuple):
    """An item that can be assigned."""

    kind: AssignableKind
    item_id: UUID


async def assign(db: WorkspaceDatabase, caller: Caller, item: AssignedItem, user_id: UUID | None) -> None:
    """Set who takes care of an item; None: nobody. 422 where the user is not an active member."""
    if user_id is None:
        await assignments.unassign_item(db, *item)
    elif not await assignments.assign_item(db, *item, user_id, caller.actor):
        raise broken_rule("no_such_member", "this workspace has no such active member", "/user_id")
    subject = f"{item.kind}:{item.item_id}"
    await audit.record(
        db, caller.actor, f"{item.kind}.assigned", subject, user_id=str(user_id) if user_id else None
    )
