"""Claims the fixes of the demo's year, and judges each as it was judged from week to week."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

from causeloop_pipeline.demo.server import load_epoch
from causeloop_pipeline.demo.story import StoryFix, list_fixes, map_true_causes
from causeloop_pipeline.stages.context import RunOptions
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.database.session import Database, Session

DAYS_BETWEEN_LOOKS = 7

# The pattern that holds most of a cause's issues, where the demo's grouping has found one.
SELECT_PATTERN = """
select i.pattern_id
from core.issue as i
join unnest(%(sources)s::text[], %(ids)s::text[]) as t (source, external_id) using (source, external_id)
where i.workspace_id = %(workspace_id)s and i.pattern_id is not null
group by i.pattern_id
order by count(*) desc, i.pattern_id
limit 1
"""

INSERT_RECOMMENDATION = """
insert into act.recommendation (
    workspace_id, recommendation_id, title, type, status, effort, impact, expected_loops_prevented,
    expected_low, expected_high, pattern_ids, steps, rationale, score, computed_at
)
values (
    %(workspace_id)s, %(recommendation_id)s, %(title)s, 'code_fix', 'implemented', 'medium', 'high', 0, 0, 0,
    array[%(pattern_id)s]::uuid[], '{}', %(rationale)s, 0, %(at)s
)
on conflict (workspace_id, recommendation_id) do nothing
"""

INSERT_FIX = """
insert into act.fix (
    workspace_id, recommendation_id, pattern_id, fixed_at, expected_loops_prevented, claimed_by
)
values (%(workspace_id)s, %(recommendation_id)s, %(pattern_id)s, %(at)s, 0, %(claimed_by)s)
on conflict do nothing
"""

INSERT_NOTE = """
insert into act.recommendation_progress (workspace_id, recommendation_id, status, note, made_by, made_at)
values (%(workspace_id)s, %(recommendation_id)s, 'implemented', %(title)s, %(claimed_by)s, %(at)s)
"""


def claim_demo_fixes(
    database: Database, workspaces: Mapping[str, UUID], analysts: Mapping[str, UUID], state_dir: Path
) -> int:
    """Claim what the story fixed, in the names of the analysts, and judge it week by week up to now.

    Returns how many claims are new.
    """
    now = datetime.now(UTC)
    epoch = load_epoch(state_dir, now.date())
    claimed = 0
    for slug, workspace_id in workspaces.items():
        causes = map_true_causes(slug, epoch, now)
        with database.workspace(workspace_id) as session:
            new = [
                fix
                for fix in list_fixes(slug, epoch)
                if _claim(session, workspace_id, fix, causes, f"user:{analysts[slug]}")
            ]
            if new:
                _judge(session, workspace_id, min(fix.at for fix in new), now)
        claimed += len(new)
    return claimed


def _claim(
    session: Session,
    workspace_id: UUID,
    fix: StoryFix,
    causes: Mapping[tuple[str, str], str | None],
    actor: str,
) -> bool:
    """Store one claim; False: it is there already, or no pattern holds its issues."""
    keys = [key for key, cause in causes.items() if cause == fix.cause]
    pattern = session.row(
        SELECT_PATTERN,
        {
            "workspace_id": workspace_id,
            "sources": [source for source, _ in keys],
            "ids": [external_id for _, external_id in keys],
        },
    )
    if pattern is None:
        return False
    row = {
        "workspace_id": workspace_id,
        "recommendation_id": uuid5(workspace_id, f"demo fix of {fix.cause}"),
        "pattern_id": pattern["pattern_id"],
        "title": fix.note,
        "rationale": "What the team did about it, in its own words.",
        "at": fix.at,
        "claimed_by": actor,
    }
    is_new = session.execute(INSERT_RECOMMENDATION, row) > 0
    if is_new:
        session.execute(INSERT_FIX, row)
        session.execute(INSERT_NOTE, row)
    return is_new


def _judge(session: Session, workspace_id: UUID, first: datetime, now: datetime) -> None:
    """Judge all claims at each week since the first of them, so that each verdict has its day."""
    from causeloop_pipeline.stages.proofs import run

    workspace, options = ScopedWorkspace(workspace_id, "UTC"), RunOptions("demo")
    at = first + timedelta(days=1)
    while at < now:
        run(session, workspace, at, options)
        at += timedelta(days=DAYS_BETWEEN_LOOKS)
    run(session, workspace, now, options)
