"""Onboarding steps: completed when their event occurs, or skipped by a person."""

from api.http.database import WorkspaceDatabase

STEPS = ("create_workspace", "connect_source", "first_sync", "invite_members", "create_alert_rule")

UPDATE_STEP = """
update app.onboarding_state as s
set completed_steps = case when $3 then s.completed_steps else array_append(s.completed_steps, $1) end,
    skipped_steps = case when $3 then array_append(s.skipped_steps, $1) else s.skipped_steps end,
    current_step = coalesce((
        select step
        from unnest($2::text[]) with ordinality as o (step, position)
        where step <> all (s.completed_steps || s.skipped_steps || $1)
        order by position
        limit 1
    ), 'done')
where $1 <> all (s.completed_steps) and not ($3 and $1 = any (s.skipped_steps))
"""


async def complete_step(db: WorkspaceDatabase, step: str) -> None:
    """Mark a step as completed."""
    await db.transaction.execute(UPDATE_STEP, step, list(STEPS), False)


async def skip_step(db: WorkspaceDatabase, step: str) -> None:
    """Mark a step as skipped."""
    await db.transaction.execute(UPDATE_STEP, step, list(STEPS), True)
