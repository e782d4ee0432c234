"""Onboarding steps: completed when their event occurs, or skipped by a person."""

from typing import Any

from api.http.database import WorkspaceDatabase
from causeloop_pipeline.model.tenancy import SetupStep

UPDATE_SKIPPED = """
update app.onboarding_state as s
set skipped_steps = array_append(s.skipped_steps, $1),
    current_step = app.first_open_step($2, s.completed_steps || s.skipped_steps || $1)
where $1 <> all (s.completed_steps || s.skipped_steps)
"""

# What has occurred, whether or not that has completed the step.
SELECT_OCCURRED = """
select json_build_object(
    'create_workspace', true,
    'connect_source', exists (select from app.connector),
    'first_sync', exists (select from core.issue),
    'invite_members', (select count(*) > 1 from app.membership),
    'create_alert_rule', exists (select from notify.alert_rule)
)
"""

SELECT_STATE = """
select json_build_object(
    'current_step', current_step, 'completed_steps', completed_steps, 'skipped_steps', skipped_steps
)
from app.onboarding_state
"""


async def complete_step(db: WorkspaceDatabase, step: str) -> None:
    """Mark a step as completed."""
    await db.transaction.execute(
        "select app.complete_steps($1, $2, $3)", db.workspace_id, [step], list(SetupStep)
    )


async def skip_step(db: WorkspaceDatabase, step: str) -> None:
    """Mark a step as skipped."""
    await db.transaction.execute(UPDATE_SKIPPED, step, list(SetupStep))


async def find_occurred(db: WorkspaceDatabase) -> dict[str, bool]:
    """Which steps have occurred."""
    return dict(await db.read(SELECT_OCCURRED))


async def read_state(db: WorkspaceDatabase) -> dict[str, Any]:
    """The current, completed and skipped steps."""
    return dict(await db.read(SELECT_STATE))
