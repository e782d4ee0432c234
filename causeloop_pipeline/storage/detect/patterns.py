"""Patterns and their member issues, as the last grouping made them."""

from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import INSTANT, MEMBER_SCHEMA, PATTERN_SCHEMA
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.database.statistics import analyze_grown_tables
from causeloop_pipeline.storage.detect.occurrence_months import delete_occurrences

SELECT_PATTERNS = """
select pattern_id, name, kind, status, confidence, fingerprint, issue_count, occurrence_count,
       first_seen_at, last_seen_at, mttr_seconds, risk_score, resolved_at
from detect.pattern
where workspace_id = %s
order by pattern_id
"""

SELECT_MEMBERS = """
select m.pattern_id, m.issue_id, m.similarity, m.confidence, m.reason, m.nearest_pattern_id,
       m.nearest_missing, p.status, s.pattern_id is not null as is_survivor
from detect.pattern_member as m
join detect.pattern as p using (workspace_id, pattern_id)
left join (
    select distinct workspace_id, pattern_id from detect.constraint_in_force where act = 'merge'
) as s using (workspace_id, pattern_id)
where m.workspace_id = %s
order by m.pattern_id, m.issue_id
"""

KEPT_SCHEMA = pl.Schema(
    {
        "pattern_id": pl.String(),
        "kept_status": pl.String(),
        "kept_name": pl.String(),
        "kept_first_seen_at": INSTANT,
        "kept_last_seen_at": INSTANT,
    }
)
SELECT_VALUES_TO_KEEP = """
select p.pattern_id::text, case when p.status = any (%(statuses)s) then p.status end as kept_status,
       coalesce(h.name, case when %(is_addition)s then p.name end) as kept_name,
       case when %(is_addition)s then p.first_seen_at end as kept_first_seen_at,
       case when %(is_addition)s then p.last_seen_at end as kept_last_seen_at
from detect.pattern as p
left join detect.pattern_handling as h using (workspace_id, pattern_id)
where p.workspace_id = %(workspace_id)s and p.pattern_id = any (%(pattern_ids)s::uuid[])
"""

UPDATE_ISSUES_IN_PATTERNS = """
update core.issue as i
set pattern_id = m.pattern_id,
    is_ungrouped = i.changed_at is distinct from (
        select f.issue_changed_at from detect.fingerprint as f
        where f.workspace_id = i.workspace_id and f.issue_id = i.issue_id),
    status = case when i.status = 'open' and i.pattern_id is null then 'in_loop' else i.status end
from detect.pattern_member as m
where i.workspace_id = %s and m.workspace_id = i.workspace_id and m.issue_id = i.issue_id
  and i.pattern_id is distinct from m.pattern_id
"""

# The touches that the trigger would add row by row, all at once: nothing else of an issue changes here.
UPDATE_NEW_MEMBERS = """
with joined as (
    update core.issue as i
    set pattern_id = m.pattern_id,
        is_ungrouped = i.changed_at is distinct from (
            select f.issue_changed_at from detect.fingerprint as f
            where f.workspace_id = i.workspace_id and f.issue_id = i.issue_id),
        status = case when i.status = 'open' and i.pattern_id is null then 'in_loop' else i.status end
    from (
        select m.issue_id, m.pattern_id, former.pattern_id as left_pattern_id
        from unnest(%(issue_ids)s::uuid[], %(pattern_ids)s::uuid[]) as m (issue_id, pattern_id)
        join core.issue as former on former.issue_id = m.issue_id and former.workspace_id = %(workspace_id)s
        for update of former
    ) as m
    where i.workspace_id = %(workspace_id)s and i.issue_id = m.issue_id
      and i.pattern_id is distinct from m.pattern_id
    returning m.left_pattern_id, i.pattern_id, detect.tally_facts(i) as facts,
              i.issue_id, i.service, i.team, i.environment, i.severity
), moved as (
    select t.pattern_id, t.change, j.facts, j.issue_id, j.service, j.team, j.environment, j.severity
    from joined as j
    cross join lateral (values (j.left_pattern_id, -1), (j.pattern_id, 1)) as t (pattern_id, change)
    where t.pattern_id is not null
)
insert into detect.pattern_touch
    (workspace_id, pattern_id, issues, occurrences, facts, occurred_at, service, team, environment, severity)
select %(workspace_id)s, pattern_id, change, 0, facts, null, null, null, null, null
from moved
union all
select %(workspace_id)s, m.pattern_id, 0, m.change, jsonb_build_object('day', detect.day_of(o.started_at)),
       o.started_at, m.service, m.team, m.environment, m.severity
from moved as m
cross join lateral (
    select started_at
    from core.occurrence
    where workspace_id = %(workspace_id)s and issue_id = m.issue_id
    offset 0
) as o
"""

UPDATE_ISSUES_WITHOUT_PATTERN = """
update core.issue as i
set pattern_id = null, status = case when i.status = 'in_loop' then 'open' else i.status end
where i.workspace_id = %s and i.pattern_id is not null
  and not exists (select from detect.pattern_member as m
                  where m.workspace_id = i.workspace_id and m.issue_id = i.issue_id)
"""

# Suppresses the trigger's touches: a full grouping recounts all tallies.
SET_COUNTS_AGAIN = "select set_config('causeloop.counts_again', %s, true)"

DELETE_OTHER_PATTERNS = """
with gone as (
    delete from detect.pattern
    where workspace_id = %(workspace_id)s and not pattern_id = any (%(pattern_ids)s::uuid[])
    returning pattern_id
)
delete from predict.forecast as f
using gone
where f.workspace_id = %(workspace_id)s and f.pattern_id = gone.pattern_id
"""


def read_patterns(session: Session, workspace_id: UUID, columns: pl.Schema = PATTERN_SCHEMA) -> pl.DataFrame:
    """The patterns of a workspace."""
    return session.read(SELECT_PATTERNS, (workspace_id,), schema=columns)


def read_pattern_ids(session: Session, workspace_id: UUID) -> list[str]:
    """The ids of all patterns of a workspace, in order."""
    rows = session.rows(
        "select pattern_id::text from detect.pattern where workspace_id = %s order by pattern_id",
        (workspace_id,),
    )
    return [row["pattern_id"] for row in rows]


def read_members(session: Session, workspace_id: UUID, columns: pl.Schema = MEMBER_SCHEMA) -> pl.DataFrame:
    """Which issue belongs to which pattern, and why; `columns` may also name `status` and `is_survivor`."""
    return session.read(SELECT_MEMBERS, (workspace_id,), schema=columns)


def replace_patterns(
    session: Session, workspace_id: UUID, patterns: pl.DataFrame, members: pl.DataFrame
) -> None:
    """Replace a workspace's patterns; a resolved one stays resolved until a recurrence reopens it."""
    _upsert_patterns(session, workspace_id, patterns, kept_statuses=("resolved",))
    rows = _add_workspace(members, workspace_id)
    session.replace("detect.pattern_member", rows, workspace_id, key="issue_id")
    analyze_grown_tables(session)
    parameters = {"workspace_id": workspace_id, "pattern_ids": patterns["pattern_id"].to_list()}
    session.execute(DELETE_OTHER_PATTERNS, parameters)
    delete_occurrences(session, workspace_id)
    session.execute(SET_COUNTS_AGAIN, ("on",))
    session.execute(UPDATE_ISSUES_IN_PATTERNS, (workspace_id,))
    session.execute(UPDATE_ISSUES_WITHOUT_PATTERN, (workspace_id,))
    session.execute(SET_COUNTS_AGAIN, ("off",))


def add_members(session: Session, workspace_id: UUID, patterns: pl.DataFrame, members: pl.DataFrame) -> None:
    """Add new issues to existing and new patterns; names and active patterns stay until a full grouping."""
    kept_statuses = ("resolved", "active")
    _upsert_patterns(session, workspace_id, patterns, kept_statuses=kept_statuses, is_addition=True)
    rows = _add_workspace(members, workspace_id)
    session.upsert("detect.pattern_member", rows, key=["workspace_id", "issue_id"])
    parameters = {
        "workspace_id": workspace_id,
        "issue_ids": members["issue_id"].to_list(),
        "pattern_ids": members["pattern_id"].to_list(),
    }
    session.execute(SET_COUNTS_AGAIN, ("on",))
    session.execute(UPDATE_NEW_MEMBERS, parameters)
    session.execute(SET_COUNTS_AGAIN, ("off",))


def append_lineage(session: Session, workspace_id: UUID, lineage: pl.DataFrame) -> int:
    """Record where the issues of removed or changed patterns moved."""
    return session.insert("detect.pattern_lineage", _add_workspace(lineage, workspace_id))


def _upsert_patterns(
    session: Session,
    workspace_id: UUID,
    patterns: pl.DataFrame,
    kept_statuses: tuple[str, ...],
    *,
    is_addition: bool = False,
) -> None:
    """Write patterns; a stored pattern keeps the name that a person gave it, and one of the kept statuses.

    `is_addition`: issues were added, and all else that is stored of the pattern still holds.
    """
    statuses = list(kept_statuses)
    parameters = {
        "workspace_id": workspace_id,
        "pattern_ids": patterns["pattern_id"].to_list(),
        "statuses": statuses,
        "is_addition": is_addition,
    }
    stored = pl.DataFrame(session.rows(SELECT_VALUES_TO_KEEP, parameters), schema=KEPT_SCHEMA)
    rows = patterns.join(stored, on="pattern_id", how="left", maintain_order="left")
    rows = rows.with_columns(
        status=pl.coalesce("kept_status", "status"),
        name=pl.coalesce("kept_name", "name"),
        first_seen_at=pl.min_horizontal("kept_first_seen_at", "first_seen_at"),
        last_seen_at=pl.max_horizontal("kept_last_seen_at", "last_seen_at"),
    ).select(patterns.columns)
    session.upsert("detect.pattern", _add_workspace(rows, workspace_id), key=["workspace_id", "pattern_id"])


def _add_workspace(frame: pl.DataFrame, workspace_id: UUID) -> pl.DataFrame:
    return frame.with_columns(workspace_id=pl.lit(str(workspace_id)))
