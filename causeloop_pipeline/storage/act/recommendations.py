"""Recommendations as ranked, without touching what people made of them, and the fixes they claim."""

from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.storage.database.session import Session

# Of several patterns' proofs the worst one speaks for the recommendation.
KNOWN = """
select r.recommendation_id, r.status, r.type,
       (array_agg(p.verdict order by array_position(
           array['failed', 'moved', 'partly', 'no_exposure', 'not_provable_yet', 'held'], p.verdict
       )))[1] as verdict
from act.recommendation as r
left join act.proof as p using (workspace_id, recommendation_id)
where r.workspace_id = %s
group by r.recommendation_id, r.status, r.type
order by r.recommendation_id
"""

CLAIMED = """
select r.recommendation_id, r.pattern_ids, r.status, max(f.fixed_at) as implemented_at
from act.recommendation as r
join act.fix as f using (workspace_id, recommendation_id)
where r.workspace_id = %s and r.status = 'implemented' and f.withdrawn_at is null
group by r.recommendation_id, r.pattern_ids, r.status
order by r.recommendation_id
"""

FIXES = """
select distinct on (recommendation_id, pattern_id) recommendation_id, pattern_id, fixed_at
from act.fix
where workspace_id = %s and withdrawn_at is null
order by recommendation_id, pattern_id, fixed_at desc
"""

# What people work on, or once said done, outlives the ranking that no longer names it.
UNRANK = """
update act.recommendation set rank = null
where workspace_id = %s and not recommendation_id = any (%s::uuid[]) and rank is not null
"""

FORGET = """
delete from act.recommendation as r
where r.workspace_id = %(workspace_id)s and not r.recommendation_id = any (%(kept)s::uuid[])
  and r.status = 'pending'
  and not exists (select from act.recommendation_progress as p
                  where p.workspace_id = r.workspace_id and p.recommendation_id = r.recommendation_id)
  and not exists (select from act.ticket as t
                  where t.workspace_id = r.workspace_id and t.recommendation_id = r.recommendation_id)
"""


def read_known_recommendations(session: Session, workspace_id: UUID, schema: pl.Schema) -> pl.DataFrame:
    """The recommendations made so far, with their status and what was proven of them."""
    return session.read(KNOWN, (workspace_id,), schema=schema)


def read_claimed_recommendations(session: Session, workspace_id: UUID, schema: pl.Schema) -> pl.DataFrame:
    """The recommendations that people say are implemented, and since when."""
    return session.read(CLAIMED, (workspace_id,), schema=schema)


def read_fixes(session: Session, workspace_id: UUID, schema: pl.Schema) -> pl.DataFrame:
    """The fixes that people claim to be in force, the newest claim of each."""
    return session.read(FIXES, (workspace_id,), schema=schema)


def rank_recommendations(
    session: Session, workspace_id: UUID, recommendations: pl.DataFrame, computed_at: datetime
) -> None:
    """Make this the workspace's ranking, without touching what people made of a recommendation."""
    ids = recommendations["recommendation_id"].to_list()
    rows = recommendations.with_columns(
        workspace_id=pl.lit(str(workspace_id)), computed_at=pl.lit(computed_at).cast(pl.Datetime("us", "UTC"))
    )
    session.execute(UNRANK, (workspace_id, ids))
    session.upsert("act.recommendation", rows, key=["workspace_id", "recommendation_id"], keep=["status"])
    session.execute(FORGET, {"workspace_id": workspace_id, "kept": ids})
