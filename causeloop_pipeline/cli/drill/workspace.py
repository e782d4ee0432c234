"""The workspace in which a drill takes place: made for it, and erased afterwards with all that it holds."""

from dataclasses import dataclass
from uuid import UUID

import psycopg

from causeloop_pipeline.model.plans import PlanName
from causeloop_pipeline.storage.app.tenants import create_organization, create_service_key, create_workspace

SLUG_PREFIX = "causeloop-drill-"


@dataclass(frozen=True)
class DrillWorkspace:
    """Its id, and a key of an admin in it."""

    workspace_id: UUID
    key: str


def create_drill_workspace(owner_url: str, marker: str) -> DrillWorkspace:
    """A new workspace in an organization of its own."""
    slug, name = f"{SLUG_PREFIX}{marker}", f"Drill {marker}"
    with psycopg.connect(owner_url) as owner:
        organization_id = create_organization(owner, slug, name, PlanName.ENTERPRISE, 1)
        workspace_id = create_workspace(owner, organization_id, slug, name, "UTC")
        return DrillWorkspace(workspace_id, create_service_key(owner, workspace_id, "drill", "admin"))


def list_former(owner_url: str) -> list[UUID]:
    """The workspaces of earlier drills that were killed before they could be erased."""
    with psycopg.connect(owner_url) as owner:
        rows = owner.execute(
            "select w.workspace_id from app.workspace as w "
            "join app.organization as o using (organization_id) "
            "where starts_with(o.slug, %s) and w.created_at < now() - interval '1 hour' order by 1",
            (SLUG_PREFIX,),
        ).fetchall()
    return [row[0] for row in rows]
