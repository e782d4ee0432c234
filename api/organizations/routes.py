"""The organization: name, plan, seats, and its workspaces."""

from typing import Any

import asyncpg
from fastapi import APIRouter, Response

from api.access.permissions import requires
from api.auth.queries import audit
from api.connectors.queries import read_active
from api.http.errors import Problem, broken_rule, conflict
from api.http.responses import Rows, documents, json_response
from api.operation import CurrentCaller, Db, Operation, concerns_own_access
from api.organizations import queries as organizations
from api.organizations.schemas import (
    MAX_SEATS,
    NewWorkspace,
    OrganizationChange,
    OrganizationDetails,
    OwnWorkspace,
)
from causeloop_pipeline.connectors.registry import is_included
from causeloop_pipeline.model.plans import PLANS_IN_ORDER, is_plan_enough
from causeloop_pipeline.model.tenancy import OrganizationStatus, Role
from causeloop_pipeline.settings import settings

router = APIRouter(prefix="/v1", tags=["workspace"], route_class=Operation)


@router.get("/organization", summary="Get the organization", responses=documents(OrganizationDetails))
@requires(Role.VIEWER)
async def read_organization(db: Db) -> Response:
    """The organization that owns the workspace, with plan, seats, status and what an owner may change."""
    return json_response(await _read_details(db))


@router.patch("/organization", summary="Update the organization", responses=documents(OrganizationDetails))
@requires(Role.OWNER)
@concerns_own_access
async def update_organization(db: Db, caller: CurrentCaller, change: OrganizationChange) -> Response:
    """Changes name, plan, seats or status from the next request on; the slug stays, for links contain it.

    A suspended organization can only be reactivated, and only where an owner suspended it.
    """
    before = await organizations.read_organization(db)
    if change.status == OrganizationStatus.CANCELLED and change.slug != before["slug"]:
        raise broken_rule(
            "wrong_slug", "to cancel, name the slug of the organization that you are in", "/slug"
        )
    changed = change.model_dump(exclude_none=True, exclude={"slug"})
    refusal = await organizations.change_organization(db, changed, settings().owners_set_plan)
    if refusal is not None:
        raise _refuse_change(refusal, before)
    subject = f"organization:{caller.organization_id}"
    former = {name: before[name] for name in changed}
    await audit.record(db, caller.actor, "organization.updated", subject, before=former, after=changed)
    return json_response(await _read_details(db))


@router.get("/workspaces", summary="List own workspaces", responses=documents(Rows[OwnWorkspace]))
@requires(Role.VIEWER)
async def list_workspaces(db: Db, caller: CurrentCaller) -> Response:
    """The workspaces that the signed-in person belongs to, or is invited to; empty for a service account."""
    is_person = caller.kind == "user"
    reach = caller.reach
    rows = await organizations.read_own_workspaces(db, caller.caller_id, reach) if is_person else []
    return json_response({"data": rows})


@router.post(
    "/workspaces",
    summary="Create a workspace",
    status_code=201,
    responses=documents(OwnWorkspace, 201, "Created"),
)
@requires(Role.OWNER)
async def create_workspace(db: Db, caller: CurrentCaller, new: NewWorkspace) -> Response:
    """Creates another workspace of the organization, owned by the caller, which takes one more seat."""
    if caller.kind != "user":
        raise conflict("owner_required", "a workspace needs an owner: sign in as a person to create one")
    try:
        workspace_id = await organizations.open_workspace(
            db, caller.caller_id, new.slug, new.name, new.timezone
        )
    except asyncpg.UniqueViolationError:
        raise conflict("slug_taken", "another workspace of the organization has this slug") from None
    except asyncpg.CheckViolationError as error:
        if error.constraint_name != "seats_exhausted":
            raise
        raise broken_rule("seats_exhausted", "its owner needs a seat, and none is free") from None
    await audit.record(db, caller.actor, "workspace.created", f"workspace:{workspace_id}", slug=new.slug)
    organization = await organizations.read_organization(db)
    workspace = {"id": workspace_id, "slug": new.slug, "name": new.name, "role": "owner"} | {
        "is_invitation": False
    }
    return json_response({**workspace, "organization": organization["name"]}, 201)


async def _read_details(db: Db) -> dict[str, Any]:
    organization = await organizations.read_organization(db)
    may_raise, plan = settings().owners_set_plan, organization["plan"]
    choices = [name for name in PLANS_IN_ORDER if may_raise or is_plan_enough(plan, name)]
    max_seats = MAX_SEATS if may_raise else organization["seats_total"]
    stopped = [row["display_name"] for row in await read_active(db) if not is_included(plan, row["type"])]
    return {
        **organization,
        "plan_choices": choices,
        "max_seats": max_seats,
        "stopped_connectors": stopped,
    }


def _refuse_change(code: str, before: dict[str, Any]) -> Problem:
    if code == "seats_exhausted":
        detail = f"{before['seats_taken']} seats are taken: suspend members first, or keep as many seats"
        return broken_rule("seats_exhausted", detail, "/seats_total")
    if code == "plan_set_by_operator":
        return Problem(
            403,
            "plan_set_by_operator",
            "the operator of this installation sets higher plans and more seats: ask them",
        )
    detail = f"the organization is {before['status']}: {_name_who_reactivates(before)}"
    return Problem(403, "organization_inactive", detail)


def _name_who_reactivates(before: dict[str, Any]) -> str:
    if before["status_set_by"] == "owner":
        return "reactivate it before you change anything else"
    return "the operator of this installation suspended it and can reactivate it"
