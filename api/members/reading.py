"""Reads a member of whom a request names the id."""

from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.http.errors import not_found
from api.members import queries as members


async def read_member_or_404(db: WorkspaceDatabase, user_id: UUID) -> dict[str, Any]:
    """One member; 404 if there is none."""
    member = await members.read_member(db, user_id)
    if member is None:
        raise not_found("member")
    return member
