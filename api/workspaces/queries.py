"""The workspace with its organization, settings and onboarding state."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from api.http.database import WorkspaceDatabase, encode_parameters

SELECT_ADMINS = """
select coalesce(json_agg(a.name), '[]')
from (
    select coalesce(m.name, u.name, u.email) as name
    from app.membership as m
    join app.users as u using (user_id)
    where m.status = 'active' and m.role in ('admin', 'owner')
    order by m.role, m.created_at
    limit 3
) as a
"""
"""Names of people who can allow what a role does not."""

SELECT_WORKSPACE = f"""
select json_build_object(
    'id', w.workspace_id, 'slug', w.slug, 'name', w.name, 'timezone', w.timezone,
    'sso_enforced', w.sso_enforced, 'created_at', w.created_at, 'archived_at', w.archived_at,
    'erase_after', w.erase_after,
    'organization', json_build_object(
        'id', o.organization_id, 'slug', o.slug, 'name', o.name, 'plan', o.plan,
        'seats_total', o.seats_total, 'seats_taken', o.seats_taken, 'status', o.status
    ),
    'onboarding', json_build_object(
        'current_step', s.current_step, 'completed_steps', s.completed_steps, 'skipped_steps', s.skipped_steps
    ),
    'admins', ({SELECT_ADMINS}),
    'failed_stages', (
        select coalesce(json_agg(json_build_object(
            'stage', f.stage, 'reason', f.details ->> 'failure', 'failed_at', f.details ->> 'failed_at'
        ) order by f.stage), '[]')
        from app.workspace_freshness as f
        where f.verdict = 'failed'
    )
)
from app.workspace as w
join app.organization as o using (organization_id)
join app.onboarding_state as s using (workspace_id)
"""

UPDATE_WORKSPACE = """
update app.workspace
set name = coalesce($1, name), timezone = coalesce($2, timezone), sso_enforced = coalesce($3, sso_enforced),
    slug = coalesce($4, slug)
"""
UPDATE_ARCHIVED_AT = """
update app.workspace
set archived_at = case when $1 then coalesce(archived_at, now()) end,
    erase_after = case when $1 then erase_after end
"""
UPDATE_ERASE_AFTER = """
update app.workspace
set archived_at = coalesce(archived_at, now()), erase_after = coalesce(erase_after, now() + $1::interval)
"""

SELECT_SETTINGS = """
select json_build_object(
    'ai_auto_link', ai_auto_link, 'ai_confidence_threshold', ai_confidence_threshold,
    'proof_window_days', proof_window_days, 'alert_probability_threshold', alert_probability_threshold,
    'alert_sensitivity', alert_sensitivity, 'issues_days', issues_days, 'predictions_days', predictions_days,
    'audit_days', audit_days, 'loop_cost', loop_cost, 'comment_mode', comment_mode, 'close_mode', close_mode
)
from app.workspace_settings
"""

UPDATE_SETTINGS = """
update app.workspace_settings as s
set ai_auto_link = n.ai_auto_link, ai_confidence_threshold = n.ai_confidence_threshold,
    proof_window_days = n.proof_window_days, alert_probability_threshold = n.alert_probability_threshold,
    alert_sensitivity = n.alert_sensitivity, issues_days = n.issues_days,
    predictions_days = n.predictions_days, audit_days = n.audit_days, loop_cost = n.loop_cost,
    comment_mode = n.comment_mode, close_mode = n.close_mode
from app.workspace_settings as o, jsonb_populate_record(o, $1::jsonb) as n
where o.workspace_id = s.workspace_id
"""


async def read_workspace(db: WorkspaceDatabase) -> dict[str, Any]:
    """The workspace with its organization and onboarding state."""
    return dict(await db.read(SELECT_WORKSPACE))


async def update_workspace(
    db: WorkspaceDatabase,
    name: str | None,
    timezone: str | None,
    sso_enforced: bool | None,
    slug: str | None,
) -> None:
    """Set the columns that are not None."""
    await db.transaction.execute(UPDATE_WORKSPACE, name, timezone, sso_enforced, slug)


async def set_archived(db: WorkspaceDatabase, is_archived: bool) -> None:
    """Archive the workspace, or bring it back."""
    await db.transaction.execute(UPDATE_ARCHIVED_AT, is_archived)


async def request_erasure(db: WorkspaceDatabase, delay: timedelta) -> None:
    """Archive the workspace, and schedule its erasure; a second request does not postpone it."""
    await db.transaction.execute(UPDATE_ERASE_AFTER, delay)


async def read_settings(db: WorkspaceDatabase) -> str | None:
    """The settings as JSON text."""
    return await db.read_text(SELECT_SETTINGS)


async def update_settings(db: WorkspaceDatabase, changes: Mapping[str, Any]) -> None:
    """Set the named settings."""
    await db.transaction.execute(UPDATE_SETTINGS, encode_parameters(changes))
