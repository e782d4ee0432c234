"""The organization of the workspace, and the workspaces that a person belongs to."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg

from api.auth.queries.sessions import claim, read_memberships
from api.http.database import WorkspaceDatabase, encode_parameters
from causeloop_pipeline.model.plans import PLANS_IN_ORDER

SELECT_ORGANIZATION = """
select json_build_object(
    'id', o.organization_id, 'slug', o.slug, 'name', o.name, 'plan', o.plan,
    'seats_total', o.seats_total, 'seats_taken', o.seats_taken, 'status', o.status,
    'status_set_by', o.status_set_by
)
from app.organization as o
"""
SELECT_CHANGE = "select app.change_organization($1::jsonb, $2, $3)"
SELECT_WORKSPACE = """
select json_build_object(
    'id', w.workspace_id, 'organization', o.name, 'slug', w.slug, 'name', w.name, 'role', m.role,
    'is_invitation', m.status = 'invited'
)
from app.workspace as w
join app.organization as o using (organization_id)
join app.membership as m using (workspace_id)
where m.user_id = ($1 ->> 'user_id')::uuid and o.status <> 'cancelled'
"""


async def read_organization(db: WorkspaceDatabase) -> dict[str, Any]:
    """The organization that owns the workspace."""
    return dict(await db.read(SELECT_ORGANIZATION))


async def change_organization(
    db: WorkspaceDatabase, change: Mapping[str, Any], may_raise: bool
) -> str | None:
    """Change name, plan, seats or status; returns the code of a refusal, None on success."""
    try:
        return await db.transaction.fetchval(  # type: ignore[no-any-return]
            SELECT_CHANGE, encode_parameters(change), list(PLANS_IN_ORDER), may_raise
        )
    except asyncpg.CheckViolationError as error:
        if error.constraint_name != "seats_exhausted":
            raise
        return "seats_exhausted"


async def read_own_workspaces(
    db: WorkspaceDatabase, user_id: UUID, reach: UUID | None
) -> list[dict[str, Any]]:
    """The workspaces of a person, each read under its own isolation.

    Whoever reaches one organization only sees its workspaces, and joins others by a link.
    """
    memberships = await read_memberships(db.pool, user_id, reach)
    rows = []
    for membership in memberships:
        if membership.is_active or reach is None:
            own = WorkspaceDatabase(db.pool, db.landing, membership.workspace_id)
            rows.append(await own.read(SELECT_WORKSPACE, user_id=str(user_id)))
    return sorted(filter(None, rows), key=lambda row: (row["organization"], row["name"]))


async def open_workspace(
    db: WorkspaceDatabase, user_id: UUID, slug: str, name: str, timezone: str
) -> UUID | None:
    """Create a workspace of the same organization; None unless the user is an owner."""
    await claim(db.transaction, "user", str(user_id))
    return await db.transaction.fetchval(  # type: ignore[no-any-return]
        "select app.open_workspace($1, $2, $3, $4)", user_id, slug, name, timezone
    )
