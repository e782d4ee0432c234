"""Recommendations and their ranking, which leaves users' progress untouched, and claimed fixes."""

from datetime import datetime
from uuid import UUID

import orjson
import polars as pl

from causeloop_pipeline.model.frames import (
    FIX_SCHEMA,
    IMPLEMENTED_RECOMMENDATION_SCHEMA,
    INSTANT,
    RECOMMENDATION_STATE_SCHEMA,
)
from causeloop_pipeline.model.proof import VERDICTS_WORST_FIRST
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.database.sql_values import quote_values

# A full join reads each table once, whatever the statistics; `offset` keeps it from a parallel plan.
SELECT_CANDIDATES = """
select *
from (
    select p.*, unlikely.pattern_id is not null as is_unlikely
    from (
        select pattern_id, name, status, confidence, fingerprint, first_seen_at, last_seen_at, risk_score
        from detect.pattern
        where workspace_id = %(workspace_id)s and status <> 'resolved'
    ) as p
    full join (
        select pattern_id
        from predict.current_prediction
        where workspace_id = %(workspace_id)s and window_days = %(window_days)s
          and probability < %(least_probability)s
    ) as unlikely on unlikely.pattern_id = p.pattern_id
    offset 0
) as candidate
where not is_unlikely
order by pattern_id
"""

# Among the proofs of several patterns the worst counts.
SELECT_RECOMMENDATION_STATES = f"""
select r.recommendation_id, r.status, r.type,
       (array_agg(p.verdict order by array_position(
           array[{quote_values(VERDICTS_WORST_FIRST)}], p.verdict
       )))[1] as verdict
from act.recommendation as r
left join act.proof as p using (workspace_id, recommendation_id)
where r.workspace_id = %s
group by r.recommendation_id, r.status, r.type
order by r.recommendation_id
"""

SELECT_IMPLEMENTED_RECOMMENDATIONS = """
select r.recommendation_id, r.pattern_ids, r.status, max(f.fixed_at) as implemented_at
from act.recommendation as r
join act.fix as f using (workspace_id, recommendation_id)
where r.workspace_id = %s and r.status = 'implemented' and f.withdrawn_at is null
group by r.recommendation_id, r.pattern_ids, r.status
order by r.recommendation_id
"""

SELECT_FIXES = """
select distinct on (recommendation_id, pattern_id) recommendation_id, pattern_id, fixed_at
from act.fix
where workspace_id = %s and withdrawn_at is null
order by recommendation_id, pattern_id, fixed_at desc
"""

# A recommendation that people work on or have implemented is kept without a rank.
UPDATE_UNRANKED = """
update act.recommendation set rank = null
where workspace_id = %s and not recommendation_id = any (%s::uuid[]) and rank is not null
"""

DELETE_UNRANKED = """
delete from act.recommendation as r
where r.workspace_id = %(workspace_id)s and not r.recommendation_id = any (%(ranked_ids)s::uuid[])
  and r.status = 'pending'
  and not exists (select from act.recommendation_progress as p
                  where p.workspace_id = r.workspace_id and p.recommendation_id = r.recommendation_id)
  and not exists (select from act.ticket as t
                  where t.workspace_id = r.workspace_id and t.recommendation_id = r.recommendation_id)
"""


def read_candidates(
    session: Session, workspace_id: UUID, window_days: int, least_probability: float, columns: pl.Schema
) -> pl.DataFrame:
    """The unresolved patterns that are likely enough to recur within the window."""
    parameters = {
        "workspace_id": workspace_id,
        "window_days": window_days,
        "least_probability": least_probability,
    }
    return session.read(SELECT_CANDIDATES, parameters, schema=columns)


def read_recommendation_states(
    session: Session, workspace_id: UUID, columns: pl.Schema = RECOMMENDATION_STATE_SCHEMA
) -> pl.DataFrame:
    """The stored recommendations, with their status and the verdict of their proofs."""
    return session.read(SELECT_RECOMMENDATION_STATES, (workspace_id,), schema=columns)


def read_implemented_recommendations(
    session: Session, workspace_id: UUID, columns: pl.Schema = IMPLEMENTED_RECOMMENDATION_SCHEMA
) -> pl.DataFrame:
    """The recommendations that users marked as implemented, and since when."""
    return session.read(SELECT_IMPLEMENTED_RECOMMENDATIONS, (workspace_id,), schema=columns)


def read_fixes(session: Session, workspace_id: UUID, columns: pl.Schema = FIX_SCHEMA) -> pl.DataFrame:
    """The claimed fixes in force, by their newest claim."""
    return session.read(SELECT_FIXES, (workspace_id,), schema=columns)


def write_ranking(
    session: Session, workspace_id: UUID, recommendations: pl.DataFrame, computed_at: datetime
) -> None:
    """Replace the workspace's ranking by this one, without touching status and progress."""
    ids = recommendations["recommendation_id"].to_list()
    factors = [orjson.dumps(of_each).decode() for of_each in recommendations["factors"].to_list()]
    rows = recommendations.with_columns(
        pl.Series("factors", factors, dtype=pl.String),
        workspace_id=pl.lit(str(workspace_id)),
        computed_at=pl.lit(computed_at).cast(INSTANT),
    )
    session.execute(UPDATE_UNRANKED, (workspace_id, ids))
    session.upsert("act.recommendation", rows, key=["workspace_id", "recommendation_id"], keep=["status"])
    session.execute(DELETE_UNRANKED, {"workspace_id": workspace_id, "ranked_ids": ids})
