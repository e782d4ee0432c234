"""The claimed fixes of a workspace with what is known of each: proof, uses, and what must stay true."""

from uuid import UUID

import polars as pl

from causeloop_pipeline.model.expectation import ExpectationStatus
from causeloop_pipeline.model.frames import INSTANT
from causeloop_pipeline.storage.database.session import Session

CLAIMED_FIX_SCHEMA = pl.Schema(
    {
        "recommendation_id": pl.String(),
        "title": pl.String(),
        "pattern_id": pl.String(),
        "fixed_at": INSTANT,
        "verdict": pl.String(),  # a Verdict; null: not evaluated yet
        "text": pl.String(),
        "exposure_unit": pl.String(),  # an ExposureUnit; null: rates are by the day
        "exposure_before": pl.Int64(),
        "exposure_after": pl.Int64(),
        "exposure_needed": pl.Int64(),
        **{status.value: pl.Int64() for status in ExpectationStatus},  # how many expectations are so
    }
)

COUNTS = ", ".join(
    f"count(*) filter (where e.status = '{status.value}') as {status.value}" for status in ExpectationStatus
)
SELECT_CLAIMED_FIXES = f"""
select f.recommendation_id, r.title, f.pattern_id, f.fixed_at, p.verdict, p.text, p.exposure_unit,
       p.exposure_before, p.exposure_after, p.exposure_needed,
       {", ".join(f"coalesce(expected.{status.value}, 0) as {status.value}" for status in ExpectationStatus)}
from act.fix as f
join act.recommendation as r using (workspace_id, recommendation_id)
left join act.proof as p using (workspace_id, recommendation_id, pattern_id)
left join (
    select workspace_id, recommendation_id, {COUNTS}
    from act.expectation as e
    where e.withdrawn_at is null
    group by workspace_id, recommendation_id
) as expected using (workspace_id, recommendation_id)
where f.workspace_id = %s and f.withdrawn_at is null
order by f.fixed_at desc, f.recommendation_id, f.pattern_id
"""


def read_claimed_fixes(session: Session, workspace_id: UUID) -> pl.DataFrame:
    """The fixes in force, newest first."""
    return session.read(SELECT_CLAIMED_FIXES, (workspace_id,), schema=CLAIMED_FIX_SCHEMA)
