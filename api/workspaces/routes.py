"""The workspace, its settings, and the caller."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
from fastapi import APIRouter, Response

from api.access.permissions import requires
from api.auth import oidc
from api.auth.authorize import check_feature, check_may_write
from api.auth.queries import audit
from api.http.errors import broken_rule, conflict
from api.http.responses import documents, json_response, row_or_404
from api.members import queries as members
from api.operation import (
    CurrentCaller,
    Db,
    Operation,
    concerns_own_access,
)
from api.recomputes import queries as recomputes
from api.tracker_acts import queries as tracker_acts
from api.workspaces import queries as workspace
from api.workspaces.schemas import Archiving, Me, Settings, SettingsChange, Workspace, WorkspaceChange
from causeloop_pipeline.model.plans import PLANS
from causeloop_pipeline.model.tenancy import Role
from causeloop_pipeline.model.tracker_act import TrackerActKind, TrackerActMode
from causeloop_pipeline.settings import settings

router = APIRouter(prefix="/v1", tags=["workspace"], route_class=Operation)

MIN_AUDIT_DAYS = 365
TIME_TO_THINK_AGAIN = timedelta(days=7)
NEEDS_RECOMPUTE = {"ai_auto_link", "ai_confidence_threshold", "proof_window_days"}


@router.get("/me", summary="Get the caller", responses=documents(Me))
@requires(Role.VIEWER)
async def read_me(caller: CurrentCaller) -> Response:
    """The user or service account that makes the request, with workspace, role and plan."""
    return json_response(
        {
            "kind": caller.kind,
            "id": caller.caller_id,
            "workspace_id": caller.workspace_id,
            "organization_id": caller.organization_id,
            "role": caller.role.name.lower(),
            "plan": caller.plan,
            "timezone": caller.timezone,
        }
    )


@router.get("/workspace", summary="Get the workspace", responses=documents(Workspace))
@requires(Role.VIEWER)
async def read_workspace(db: Db, caller: CurrentCaller) -> Response:
    """The workspace with its organization, plan and onboarding state."""
    return json_response(await _read_workspace(db, caller))


@router.patch("/workspace", summary="Update the workspace", responses=documents(Workspace))
@requires(Role.OWNER)
async def update_workspace(db: Db, caller: CurrentCaller, change: WorkspaceChange) -> Response:
    """Renames the workspace, changes its slug or time zone, or requires single sign-on."""
    if change.sso_enforced:
        await _check_single_sign_on(db, caller)
    before = await workspace.read_workspace(db)
    try:
        await workspace.update_workspace(db, change.name, change.timezone, change.sso_enforced, change.slug)
    except asyncpg.UniqueViolationError:
        raise conflict("slug_taken", "another workspace of the organization has this slug") from None
    changed = change.model_dump(exclude_none=True)
    await audit.record(
        db,
        caller.actor,
        "workspace.updated",
        f"workspace:{db.workspace_id}",
        before={name: before[name] for name in changed},
        after=changed,
    )
    return json_response(await _read_workspace(db, caller))


@router.post("/workspace/archive", summary="Archive the workspace", responses=documents(Workspace))
@requires(Role.OWNER)
async def archive_workspace(db: Db, caller: CurrentCaller, body: Archiving) -> Response:
    """From now on it can only be read: nothing is polled, analyzed or sent. Its data stays, and its seats."""
    if body.slug != (await workspace.read_workspace(db))["slug"]:
        raise broken_rule("wrong_slug", "this is not the slug of the workspace that you are in", "/slug")
    await workspace.set_archived(db, True)
    await audit.record(db, caller.actor, "workspace.archived", f"workspace:{db.workspace_id}")
    return json_response(await _read_workspace(db, caller))


@router.post("/workspace/erase", summary="Erase the workspace forever", responses=documents(Workspace))
@requires(Role.OWNER)
@concerns_own_access
async def erase_workspace(db: Db, caller: CurrentCaller, body: Archiving) -> Response:
    """Archives it now and erases it in the first night after seven days; restoring it until then keeps it.

    With it go its people who belong to no other workspace, and an organization that has no other one.
    """
    if body.slug != (await workspace.read_workspace(db))["slug"]:
        raise broken_rule("wrong_slug", "this is not the slug of the workspace that you are in", "/slug")
    await workspace.request_erasure(db, TIME_TO_THINK_AGAIN)
    await audit.record(db, caller.actor, "workspace.erasure_requested", f"workspace:{db.workspace_id}")
    return json_response(await _read_workspace(db, caller))


@router.post("/workspace/restore", summary="Bring an archived workspace back", responses=documents(Workspace))
@requires(Role.OWNER)
@concerns_own_access
async def restore_workspace(db: Db, caller: CurrentCaller) -> Response:
    """The workspace is in use again: connectors are polled, and what arrived meanwhile is analyzed."""
    check_may_write(replace(caller, is_workspace_archived=False))
    await workspace.set_archived(db, False)
    await audit.record(db, caller.actor, "workspace.restored", f"workspace:{db.workspace_id}")
    return json_response(await _read_workspace(db, caller))


@router.get("/workspace/settings", summary="Get the settings", responses=documents(Settings))
@requires(Role.VIEWER)
async def read_settings(db: Db) -> Response:
    """The settings of analysis, alerts and data retention."""
    return row_or_404(await workspace.read_settings(db), "workspace")


@router.patch("/workspace/settings", summary="Update the settings", responses=documents(Settings))
@requires(Role.ADMIN)
async def update_settings(db: Db, caller: CurrentCaller, change: SettingsChange) -> Response:
    """Changes the settings that the body names. The audit log is kept for at least 365 days.

    Comments and closings may be live once their precision in shadow mode suffices.
    """
    if change.audit_days is not None and change.audit_days < MIN_AUDIT_DAYS:
        raise broken_rule(
            "retention_below_minimum",
            f"audit_days must be at least {MIN_AUDIT_DAYS}",
            "/audit_days",
        )
    await _check_precision(db, change)
    fields = change.model_dump(include=change.model_fields_set)
    changes = {name: value for name, value in fields.items() if value is not None or name == "loop_cost"}
    await workspace.update_settings(db, changes)
    await audit.record(db, caller.actor, "settings.updated", f"workspace:{db.workspace_id}", **changes)
    if changes.keys() & NEEDS_RECOMPUTE:
        await recomputes.request_recompute(db, "everything", caller.actor)
    return row_or_404(await workspace.read_settings(db), "workspace")


async def _check_precision(db: Db, change: SettingsChange) -> None:
    """Refuse to let a kind of act be live that was not right often enough so far."""
    wanted = {TrackerActKind.COMMENT: change.comment_mode, TrackerActKind.CLOSE: change.close_mode}
    if TrackerActMode.LIVE not in wanted.values():
        return
    for measured in await tracker_acts.read_precisions(db):
        kind = TrackerActKind(measured["kind"])
        is_switched_on = wanted[kind] is TrackerActMode.LIVE and measured["mode"] != TrackerActMode.LIVE
        if is_switched_on and not measured["may_be_live"]:
            raise broken_rule(
                "precision_not_shown",
                f"{measured['right']} of {measured['judged']} judged ones were right: the lower end of the "
                f"interval is {measured['precision_low']:.2f} and must be {measured['needed']}. Let it be in "
                "shadow mode, and judge what it lists",
                f"/{kind}_mode",
            )


async def _check_single_sign_on(db: Db, caller: CurrentCaller) -> None:
    """Refuse to require single sign-on where that would lock every owner, or the caller, out."""
    check_feature(caller, "sso")
    if not (settings().oidc_issuer and settings().oidc_audience):
        raise oidc.not_configured()
    if caller.method == "password" or not await members.has_linked_owner(db):
        detail = "an owner must have signed in with single sign-on first: sign in that way, then require it"
        raise broken_rule("sso_not_proven", detail, "/sso_enforced")


async def _read_workspace(db: Db, caller: CurrentCaller) -> dict[str, Any]:
    plan = PLANS[caller.plan]
    return {
        **await workspace.read_workspace(db),
        "features": sorted(plan.features),
        "requests_per_minute": plan.requests_per_minute,
    }
