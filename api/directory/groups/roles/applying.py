"""Lets people's roles follow their groups."""

from collections.abc import Collection
from uuid import UUID

from api.auth.queries import audit
from api.directory.groups.roles import queries
from api.http.database import WorkspaceDatabase


async def apply_roles(db: WorkspaceDatabase, actor: str, user_ids: Collection[UUID]) -> None:
    """Let the roles of people follow their groups, with an entry for each that changes."""
    for user_id, role in (await queries.apply_roles(db, user_ids)).items():
        await audit.record(db, actor, "member.updated", f"user:{user_id}", role=role, by="group")
