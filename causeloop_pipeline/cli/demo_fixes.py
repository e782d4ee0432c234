"""Claims the fixes of the demo's year with what must stay true, and judges each from week to week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from causeloop_pipeline.analysis.act.expected_prevention import HOLD_PRIOR, predict_prevention
from causeloop_pipeline.demo.server import load_epoch
from causeloop_pipeline.demo.story import DAYS_BEFORE, StoryFix, list_fixes, map_landed_causes
from causeloop_pipeline.model.recommendation import HORIZON_DAYS, RecommendationType
from causeloop_pipeline.stages.context import RunOptions
from causeloop_pipeline.storage.act.exposure import attach_exposure
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.notify.weekly_reports import write_weekly_report

DAYS_BETWEEN_LOOKS = 7
DAYS_LOOKED_BACK = 180

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

COUNT_ACTIVE_DAYS = f"""
select count(distinct (o.started_at at time zone 'UTC')::date) as active_days
from core.issue as i
join core.occurrence as o using (workspace_id, issue_id)
where i.workspace_id = %(workspace_id)s and i.pattern_id = %(pattern_id)s
  and o.started_at between %(at)s - interval '{DAYS_LOOKED_BACK} days' and %(at)s
"""

INSERT_RECOMMENDATION = """
insert into act.recommendation (
    workspace_id, recommendation_id, title, type, status, effort, impact, expected_loops_prevented,
    expected_low, expected_high, pattern_ids, steps, rationale, score, computed_at
)
values (
    %(workspace_id)s, %(recommendation_id)s, %(title)s, 'code_fix', 'implemented', 'medium', 'high',
    %(expected)s, %(low)s, %(high)s, array[%(pattern_id)s]::uuid[], '{}', %(rationale)s, 0, %(at)s
)
on conflict (workspace_id, recommendation_id) do nothing
"""

INSERT_FIX = """
insert into act.fix (
    workspace_id, recommendation_id, pattern_id, fixed_at, expected_loops_prevented, claimed_by
)
values (%(workspace_id)s, %(recommendation_id)s, %(pattern_id)s, %(at)s, %(expected)s, %(claimed_by)s)
on conflict do nothing
"""

INSERT_EXPECTATION = """
insert into act.expectation (
    workspace_id, expectation_id, recommendation_id, kind, pattern_id, most, until, made_by, made_at
)
values (
    %(workspace_id)s, %(expectation_id)s, %(recommendation_id)s, %(kind)s, %(pattern_id)s, %(most)s,
    %(until)s, %(claimed_by)s, %(at)s
)
"""

INSERT_NOTE = """
insert into act.recommendation_progress (workspace_id, recommendation_id, status, note, made_by, made_at)
values (%(workspace_id)s, %(recommendation_id)s, 'implemented', %(title)s, %(claimed_by)s, %(at)s)
"""

INSERT_CLOSURE_NOTE = """
insert into detect.closure_note (workspace_id, closure_note_id, pattern_id, note, made_by, made_at)
values (%(workspace_id)s, %(closure_note_id)s, %(pattern_id)s, %(title)s, %(claimed_by)s, %(at)s)
"""


@dataclass(frozen=True)
class GroupedFix:
    """A fix of the story, and the pattern that its failures were grouped into."""

    fix: StoryFix
    pattern_id: UUID


def claim_demo_fixes(
    database: Database,
    owner: Database,
    workspaces: Mapping[str, UUID],
    analysts: Mapping[str, UUID],
    state_dir: Path,
    *,
    by_postmortems: Sequence[StoryFix] = (),
    now: datetime | None = None,
) -> int:
    """Claim what the story fixed, in the names of the analysts, and judge it week by week up to now.

    How often the fixed things were used is attached each time, up to today. `by_postmortems` are new claims
    of documents, to be judged with the others. Returns how many claims are new.
    """
    now = now or datetime.now(UTC)
    epoch = load_epoch(state_dir, now.date())
    claimed = 0
    for slug, workspace_id in workspaces.items():
        actor = f"user:{analysts[slug]}"
        with database.workspace(workspace_id) as session:
            fixes = _find_patterns(session, workspace_id, list_fixes(slug, epoch), epoch)
            own = [fixed for fixed in fixes if not fixed.fix.fix.postmortem]
        for fixed in own:
            uses = fixed.fix.draw_uses(epoch - timedelta(days=DAYS_BEFORE), now.date())
            if (counted := fixed.fix.fix.uses) and uses:
                with owner.workspace(workspace_id) as session:
                    attach_exposure(
                        session, workspace_id, (counted.unit, None, fixed.pattern_id), uses, actor
                    )
        with database.workspace(workspace_id) as session:
            new = [fixed.fix for fixed in own if _claim(session, workspace_id, fixed, actor)]
            new += [fix for fix in by_postmortems if fix.workspace == slug]
            if new:
                _judge(session, workspace_id, min(fix.at for fix in new), now)
        if new:
            _write_report_again(database, owner, workspace_id)
        claimed += len(new)
    return claimed


def _write_report_again(database: Database, owner: Database, workspace_id: UUID) -> None:
    """A report that was written before the year's fixes were claimed does not tell of them."""
    with owner.workspace(workspace_id) as session:
        session.execute("delete from notify.weekly_report where workspace_id = %s", (workspace_id,))
    with database.workspace(workspace_id) as session:
        write_weekly_report(session, workspace_id)


def _find_patterns(
    session: Session, workspace_id: UUID, fixes: Sequence[StoryFix], epoch: date
) -> list[GroupedFix]:
    """The fixes whose failures are in a pattern, with that."""
    return [
        GroupedFix(fix, pattern_id)
        for fix in fixes
        if (pattern_id := find_pattern(session, workspace_id, fix, epoch)) is not None
    ]


def find_pattern(session: Session, workspace_id: UUID, fix: StoryFix, epoch: date) -> UUID | None:
    """The pattern that holds most of the failures that a fix is about; None where they are in none."""
    causes = map_landed_causes(fix.workspace, epoch, datetime.now(UTC))
    keys = [key for key, cause in causes.items() if cause == fix.cause]
    row = session.row(
        SELECT_PATTERN,
        {
            "workspace_id": workspace_id,
            "sources": [source for source, _ in keys],
            "ids": [external_id for _, external_id in keys],
        },
    )
    return UUID(str(row["pattern_id"])) if row else None


def _claim(session: Session, workspace_id: UUID, fixed: GroupedFix, actor: str) -> bool:
    """Store one claim and what must stay true after it; False: it is there already."""
    fix = fixed.fix
    recommendation_id = uuid5(workspace_id, f"demo fix of {fix.cause}")
    row: dict[str, Any] = {
        "workspace_id": workspace_id,
        "recommendation_id": recommendation_id,
        "pattern_id": fixed.pattern_id,
        "title": fix.note,
        "rationale": "What the team did about it, in its own words.",
        "at": fix.at,
        "claimed_by": actor,
        **_estimate(session, workspace_id, fixed),
    }
    is_new = session.execute(INSERT_RECOMMENDATION, row) > 0
    if is_new:
        session.execute(INSERT_FIX, row)
        session.execute(INSERT_NOTE, row)
        if fix.fix.closed:
            note_id = uuid5(recommendation_id, "closure note")
            session.execute(INSERT_CLOSURE_NOTE, {**row, "closure_note_id": note_id})
        for number, expected in enumerate(fix.fix.expectations):
            until = fix.at.date() + timedelta(days=expected.days) if expected.days else None
            own = {
                "expectation_id": uuid5(recommendation_id, f"expectation {number}"),
                "kind": expected.kind,
                "most": expected.most,
                "until": until,
            }
            session.execute(INSERT_EXPECTATION, row | own)
    return is_new


def _estimate(session: Session, workspace_id: UUID, fixed: GroupedFix) -> dict[str, float]:
    """What was to be expected of the fix when it was claimed, by what had failed before."""
    parameters = {"workspace_id": workspace_id, "pattern_id": fixed.pattern_id, "at": fixed.fix.at}
    before = session.row(COUNT_ACTIVE_DAYS, parameters) or {"active_days": 0}
    days = int(before["active_days"])
    held, lost = HOLD_PRIOR[RecommendationType.CODE_FIX]
    gain = predict_prevention(days * HORIZON_DAYS / DAYS_LOOKED_BACK, days, (held, lost, 0))
    return {"expected": gain.expected, "low": gain.low, "high": gain.high}


def _judge(session: Session, workspace_id: UUID, first: datetime, now: datetime) -> None:
    """Judge all claims at each week since the first of them, so that each verdict has its day."""
    from causeloop_pipeline.stages.proofs import run

    workspace, options = ScopedWorkspace(workspace_id, "UTC"), RunOptions("demo")
    at = first + timedelta(days=1)
    while at < now:
        run(session, workspace, at, options)
        at += timedelta(days=DAYS_BETWEEN_LOOKS)
    run(session, workspace, now, options)
