"""The workspace: itself, its settings, its set-up, and who is calling."""

from typing import Any

from fastapi import APIRouter, Response

from api.access.plans import PLANS
from api.http.errors import broken_rule
from api.http.responses import found, gives, json_answer
from api.operation import CurrentCaller, Db, Operation, require_feature
from api.queries.detect import recomputes
from api.queries.tenancy import audit, onboarding, workspace
from api.schemas.tenancy.workspace import Me, Settings, SettingsChange, SkipStep, Workspace, WorkspaceChange

router = APIRouter(prefix="/v1", tags=["workspace"], route_class=Operation)

LEAST_AUDIT_DAYS = 365


@router.get("/me", responses=gives(Me))
async def read_me(caller: CurrentCaller) -> Response:
    """Who is calling, in which workspace, with which role."""
    return json_answer(
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


@router.get("/workspace", responses=gives(Workspace))
async def read_workspace(db: Db, caller: CurrentCaller) -> Response:
    """The workspace, its organization and plan, and how far its set-up has come."""
    return json_answer(await _shown(db, caller))


@router.patch("/workspace", responses=gives(Workspace))
async def update_workspace(db: Db, caller: CurrentCaller, change: WorkspaceChange) -> Response:
    """Rename the workspace, set its time zone, or require single sign-on."""
    if change.sso_enforced:
        require_feature(caller, "sso")
    await workspace.change_workspace(db, change.name, change.timezone, change.sso_enforced)
    changed = change.model_dump(exclude_none=True)
    await audit.record(db, caller.actor, "workspace.updated", f"workspace:{db.workspace_id}", **changed)
    return json_answer(await _shown(db, caller))


@router.get("/workspace/settings", responses=gives(Settings))
async def read_settings(db: Db) -> Response:
    """How the workspace wants to be analysed and told."""
    return found(await workspace.read_settings(db), "workspace")


@router.patch("/workspace/settings", responses=gives(Settings))
async def update_settings(db: Db, caller: CurrentCaller, change: SettingsChange) -> Response:
    """Change settings; the audit log is kept for at least a year."""
    if change.audit_days is not None and change.audit_days < LEAST_AUDIT_DAYS:
        raise broken_rule(
            "retention_below_minimum",
            f"the audit log is kept for at least {LEAST_AUDIT_DAYS} days",
            "/audit_days",
        )
    given = change.model_dump(include=change.model_fields_set)
    changes = {name: value for name, value in given.items() if value is not None or name == "loop_cost"}
    await workspace.change_settings(db, changes)
    await audit.record(db, caller.actor, "settings.updated", f"workspace:{db.workspace_id}", **changes)
    if changes.keys() & {"ai_auto_link", "ai_confidence_threshold", "proof_window_days"}:
        await recomputes.request(db, "everything", caller.actor)
    return found(await workspace.read_settings(db), "workspace")


@router.post("/workspace/onboarding/skip", responses=gives(Workspace))
async def skip_onboarding_step(db: Db, caller: CurrentCaller, skipped: SkipStep) -> Response:
    """Leave a step of the set-up out."""
    await onboarding.skip(db, skipped.step)
    return json_answer(await _shown(db, caller))


async def _shown(db: Db, caller: CurrentCaller) -> dict[str, Any]:
    plan = PLANS[caller.plan]
    return {
        **await workspace.read_workspace(db),
        "features": sorted(plan.features),
        "requests_per_minute": plan.requests_per_minute,
    }
