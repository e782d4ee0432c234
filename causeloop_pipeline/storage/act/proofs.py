"""Proofs that claimed fixes held, and the pattern statuses that follow from them."""

from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import CLOSURE_NOTE_SCHEMA, INSTANT
from causeloop_pipeline.model.issue import VERSION_ATTRIBUTES
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.detect.in_loop import update_in_loop

DEFAULT_PROOF_WINDOW_DAYS = 30

CLOSABLE_SCHEMA = pl.Schema({"pattern_id": pl.String(), "status": pl.String()})

SELECT_CLOSURE_NOTES = """
select pattern_id, made_at as closed_at
from detect.closure_note
where workspace_id = %s and withdrawn_at is null
order by pattern_id, made_at, closure_note_id
"""

# The lifecycle status of all other patterns is already right.
SELECT_CLOSABLE_PATTERNS = """
select p.pattern_id, p.status
from detect.pattern as p
where p.workspace_id = %(workspace_id)s
  and (p.status = 'resolved' or p.resolved_at is not null or p.reopened_at is not null
       or p.pattern_id in (select pattern_id from detect.closure_note where workspace_id = %(workspace_id)s))
order by p.pattern_id
"""

UPDATE_LIFECYCLE = """
update detect.pattern as p
set status = l.status, resolved_at = l.resolved_at, reopened_at = l.reopened_at
from lifecycle as l
where p.workspace_id = %s and p.pattern_id = l.pattern_id
  and (p.status, p.resolved_at, p.reopened_at) is distinct from (l.status, l.resolved_at, l.reopened_at)
returning p.pattern_id
"""

# Only the first of equal verdicts in a row is kept.
INSERT_VERDICTS = """
insert into act.verdict (workspace_id, recommendation_id, pattern_id, fixed_at, verdict, decided_at)
select p.workspace_id, p.recommendation_id, p.pattern_id, f.fixed_at, p.verdict, p.computed_at
from act.proof as p
join (
    select recommendation_id, pattern_id, max(fixed_at) as fixed_at
    from act.fix
    where workspace_id = %(workspace_id)s and withdrawn_at is null
    group by recommendation_id, pattern_id
) as f using (recommendation_id, pattern_id)
where p.workspace_id = %(workspace_id)s
  and p.verdict is distinct from (
      select v.verdict
      from act.verdict as v
      where v.workspace_id = p.workspace_id and v.recommendation_id = p.recommendation_id
        and v.pattern_id = p.pattern_id and v.fixed_at = f.fixed_at
      order by v.decided_at desc
      limit 1
  )
on conflict do nothing
"""

SELECT_HELD = """
select recommendation_id, pattern_id, fixed_at, decided_at
from act.verdict
where workspace_id = %s and verdict = 'held' and came_back_at is null
order by recommendation_id, pattern_id, fixed_at, decided_at
"""

SELECT_FIXED_VERSIONS = """
select distinct on (recommendation_id, pattern_id) recommendation_id, pattern_id, fixed_at, fixed_in
from act.fix
where workspace_id = %s and withdrawn_at is null
order by recommendation_id, pattern_id, fixed_at desc
"""

FIXED_VERSION_SCHEMA = pl.Schema(
    {
        "recommendation_id": pl.String(),
        "pattern_id": pl.String(),
        "fixed_at": INSTANT,
        "fixed_in": pl.String(),
    }
)

# An issue states one version: where it occurred more than once, that of the newest occurrence.
SELECT_VERSIONS = """
select i.pattern_id, o.started_at as occurred_at, case
    when o.started_at = max(o.started_at) over (partition by o.issue_id) then (
        select i.attributes ->> n.name
        from unnest(%(names)s::text[]) with ordinality as n (name, place)
        where i.attributes ->> n.name is not null
        order by n.place
        limit 1
    )
end as version
from core.issue as i
join core.occurrence as o using (workspace_id, issue_id)
where i.workspace_id = %(workspace_id)s and i.pattern_id = any (%(pattern_ids)s::uuid[])
"""

VERSION_SCHEMA = pl.Schema({"pattern_id": pl.String(), "occurred_at": INSTANT, "version": pl.String()})

HELD_SCHEMA = pl.Schema(
    {
        "recommendation_id": pl.String(),
        "pattern_id": pl.String(),
        "fixed_at": INSTANT,
        "decided_at": INSTANT,
    }
)

UPDATE_CAME_BACK = """
update act.verdict as v
set came_back_at = c.came_back_at
from came_back as c
where v.workspace_id = %s and v.recommendation_id = c.recommendation_id and v.pattern_id = c.pattern_id
  and v.fixed_at = c.fixed_at and v.decided_at = c.decided_at
"""


def read_closure_notes(
    session: Session, workspace_id: UUID, columns: pl.Schema = CLOSURE_NOTE_SCHEMA
) -> pl.DataFrame:
    """When people recorded that a pattern is closed, without the note's text."""
    return session.read(SELECT_CLOSURE_NOTES, (workspace_id,), schema=columns)


def read_closable_patterns(session: Session, workspace_id: UUID) -> pl.DataFrame:
    """The patterns with a closure note, and those that are resolved or reopened: frame(pattern_id,
    status)."""
    return session.read(SELECT_CLOSABLE_PATTERNS, {"workspace_id": workspace_id}, schema=CLOSABLE_SCHEMA)


def read_proof_window_days(session: Session, workspace_id: UUID) -> int:
    """How many days a fix must hold in this workspace to be proven."""
    row = session.row(
        "select proof_window_days from app.workspace_settings where workspace_id = %s", (workspace_id,)
    )
    return int(row["proof_window_days"]) if row else DEFAULT_PROOF_WINDOW_DAYS


def replace_proofs(session: Session, workspace_id: UUID, proofs: pl.DataFrame, computed_at: datetime) -> None:
    """Replace the workspace's proofs by these."""
    rows = proofs.with_columns(
        workspace_id=pl.lit(str(workspace_id)), computed_at=pl.lit(computed_at).cast(INSTANT)
    )
    session.replace("act.proof", rows, workspace_id)


def read_fixed_versions(session: Session, workspace_id: UUID) -> pl.DataFrame:
    """The claimed fixes in force that came in a stated version."""
    fixes = session.read(SELECT_FIXED_VERSIONS, (workspace_id,), schema=FIXED_VERSION_SCHEMA)
    return fixes.drop_nulls("fixed_in")


def read_versions(session: Session, workspace_id: UUID, pattern_ids: pl.Series) -> pl.DataFrame:
    """Each occurrence of these patterns and the version that it ran, null where its issue states none."""
    parameters = {
        "workspace_id": workspace_id,
        "pattern_ids": pattern_ids.unique().sort().to_list(),
        "names": list(VERSION_ATTRIBUTES),
    }
    return session.read(SELECT_VERSIONS, parameters, schema=VERSION_SCHEMA)


def record_verdicts(session: Session, workspace_id: UUID) -> int:
    """Keep when each verdict was given, where it is new or has changed; returns how many are."""
    return session.execute(INSERT_VERDICTS, {"workspace_id": workspace_id})


def record_returns(session: Session, workspace_id: UUID, occurrences: pl.DataFrame) -> int:
    """Keep the first occurrence after each verdict “held”; returns how many came back."""
    held = session.read(SELECT_HELD, (workspace_id,), schema=HELD_SCHEMA)
    later = held.join(occurrences.select("pattern_id", "occurred_at"), on="pattern_id").filter(
        pl.col("occurred_at") > pl.col("decided_at")
    )
    came_back = later.group_by(held.columns).agg(pl.col("occurred_at").min().alias("came_back_at"))
    session.execute("drop table if exists pg_temp.came_back")
    session.stage("came_back", came_back, like="act.verdict")
    return session.execute(UPDATE_CAME_BACK, (workspace_id,))


def set_lifecycle(session: Session, workspace_id: UUID, lifecycle: pl.DataFrame) -> int:
    """Write the status that follows from closure notes and later issues; returns how many changed."""
    columns = ["pattern_id", "status", "resolved_at", "reopened_at"]
    session.execute("drop table if exists pg_temp.lifecycle")
    session.stage("lifecycle", lifecycle.select(columns), like="detect.pattern")
    changed = [row["pattern_id"] for row in session.rows(UPDATE_LIFECYCLE, (workspace_id,))]
    if changed:
        update_in_loop(session, workspace_id, changed)
    return len(changed)
