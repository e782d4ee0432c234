"""The setup of a workspace: its steps follow what really occurred, and a step can be skipped."""

from typing import Any

from fastapi import APIRouter, Response

from api.access.permissions import requires
from api.http.errors import conflict
from api.http.responses import documents, json_response
from api.onboarding import queries as onboarding
from api.onboarding.schemas import CompleteStep, OnboardingSteps, SkipStep
from api.operation import Db, Operation
from causeloop_pipeline.model.tenancy import Role, SetupStep

router = APIRouter(prefix="/v1", tags=["workspace"], route_class=Operation)

NOT_OCCURRED = {
    SetupStep.CONNECT_SOURCE: "no tool is connected yet: connect one under Connectors",
    SetupStep.FIRST_SYNC: "no issue has arrived yet: wait for the first sync, "
    "or send one to /v1/ingest/events",
    SetupStep.INVITE_MEMBERS: "you are alone here: invite somebody under Members",
    SetupStep.CREATE_ALERT_RULE: "there is no alert rule yet: create one under Alerts",
}


@router.get("/workspace/onboarding", summary="Get the setup", responses=documents(OnboardingSteps))
@requires(Role.VIEWER)
async def read_onboarding(db: Db) -> Response:
    """The setup's steps in order, each open, completed or skipped, and the first open one."""
    return json_response(await _read_steps(db))


@router.post(
    "/workspace/onboarding/complete", summary="Complete a setup step", responses=documents(OnboardingSteps)
)
@requires(Role.ADMIN)
async def complete_onboarding_step(db: Db, body: CompleteStep) -> Response:
    """Completes a step whose event has occurred, also one that was skipped; 409 while it has not."""
    occurred = await onboarding.find_occurred(db)
    if not occurred[body.step]:
        raise conflict("step_not_done", NOT_OCCURRED[body.step])
    await onboarding.complete_step(db, body.step)
    return json_response(await _read_steps(db))


@router.post("/workspace/onboarding/skip", summary="Skip a setup step", responses=documents(OnboardingSteps))
@requires(Role.ADMIN)
async def skip_onboarding_step(db: Db, body: SkipStep) -> Response:
    """Marks a step of the setup as skipped; it is completed all the same once it occurs."""
    await onboarding.skip_step(db, body.step)
    return json_response(await _read_steps(db))


async def _read_steps(db: Db) -> dict[str, Any]:
    state, occurred = await onboarding.read_state(db), await onboarding.find_occurred(db)
    done, skipped = state["completed_steps"], state["skipped_steps"]
    return {
        "current_step": state["current_step"],
        "steps": [
            {
                "name": step,
                "status": "completed" if step in done else "skipped" if step in skipped else "open",
                "has_occurred": occurred[step],
            }
            for step in SetupStep
        ],
    }
