"""The risk of patterns and its factors: of all, of some, or of those whose risk may have changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import PATTERN_SCHEMA
from causeloop_pipeline.model.issue import Severity
from causeloop_pipeline.storage.database.session import Session

FACTOR_SCHEMA = pl.Schema(
    {
        "pattern_id": pl.String(),
        "last_seen_at": PATTERN_SCHEMA["last_seen_at"],
        "stored_risk": pl.Float64(),
        "stored_basis": pl.Float64(),
        **dict.fromkeys((*(severity.value for severity in Severity), "services", "teams"), pl.Int64()),
        "probability": pl.Float64(),
    }
)

# A full join reads each table once, whatever the statistics; the pattern is null where other rows outlive it.
FACTORS = """
select p.pattern_id, p.last_seen_at, p.risk_score as stored_risk, p.issue_risk_basis as stored_basis,
       s.p1, s.p2, s.p3, s.p4, s.services, s.teams, c.probability
from (
    select pattern_id, last_seen_at, risk_score, issue_risk_basis
    from detect.pattern
    where workspace_id = %(workspace_id)s {among}
) as p
full join (
    select pattern_id, p1, p2, p3, p4, services, teams
    from detect.pattern_summary
    where workspace_id = %(workspace_id)s {among}
) as s on s.pattern_id = p.pattern_id
full join (
    select pattern_id, probability
    from predict.current_prediction
    where workspace_id = %(workspace_id)s and window_days = %(window_days)s {among}
) as c on c.pattern_id = p.pattern_id
offset 0
"""

SELECT_FACTORS = f"""
select f.*
from ({FACTORS}) as f
where f.pattern_id is not null
order by f.pattern_id
"""

AMONG_PATTERNS = "and pattern_id = any (%(pattern_ids)s::uuid[])"

# The formula of `analysis.predict.risk`, within .0001 of it; exp() raises an error on underflow.
SELECT_MOVED_FACTORS = f"""
select f.*
from ({FACTORS}) as f
cross join lateral (
    select %(recurrence)s::float8 * coalesce(f.probability, %(unknown_recurrence)s::float8)
           + %(breadth)s::float8 * coalesce(1 - exp(
               -ln(2::float8) / 3 * least(greatest(f.services, 1) + greatest(f.teams, 1) - 2, 300)
           ), 0) as points
    offset 0
) as basis
where f.pattern_id is not null and (
    f.stored_risk is null
    or f.stored_basis is null
    or abs(f.stored_basis - basis.points) > %(max_move)s::float8 - 0.0001
    or abs(
        f.stored_risk - basis.points
        - %(severity)s::float8 * coalesce((
            case when f.p1 > 0 then %(p1)s::float8 when f.p2 > 0 then %(p2)s::float8
                 when f.p3 > 0 then %(p3)s::float8 else %(p4)s::float8 end
            + (%(p1)s::float8 * f.p1 + %(p2)s::float8 * f.p2 + %(p3)s::float8 * f.p3 + %(p4)s::float8 * f.p4)
              / (f.p1 + f.p2 + f.p3 + f.p4)
        ) / 2, %(unknown_severity)s::float8)
        - %(recency)s::float8 * exp(
            -ln(2::float8) * least(greatest(
                date_part('epoch', %(as_of)s - f.last_seen_at) / 86400 / %(half_life_days)s::float8, 0
            ), 100)
        )
    ) > 0.05 - 0.0001
)
order by f.pattern_id
"""

COUNT_PATTERNS_FROM = """
select count(*) as patterns from detect.pattern where workspace_id = %s and risk_score >= %s
"""

UPDATE_ISSUE_BASES = """
update detect.pattern as p
set issue_risk_basis = b.issue_risk_basis
from issue_basis as b
where p.workspace_id = %s and p.pattern_id = b.pattern_id
"""

UPDATE_PATTERN_RISKS = """
update detect.pattern as p
set risk_score = r.risk_score
from pattern_risk as r
where p.workspace_id = %s and p.pattern_id = r.pattern_id and p.risk_score is distinct from r.risk_score
"""


def read_risk_factors(
    session: Session, workspace_id: UUID, window_days: int, pattern_ids: Sequence[str] | None = None
) -> pl.DataFrame:
    """The risk factors of all patterns, or of some, with their stored risk."""
    parameters = {
        "workspace_id": workspace_id,
        "window_days": window_days,
        "pattern_ids": pattern_ids and list(pattern_ids),
    }
    among = "" if pattern_ids is None else AMONG_PATTERNS
    return session.read(SELECT_FACTORS.format(among=among), parameters, schema=FACTOR_SCHEMA)


def read_moved_risk_factors(
    session: Session, workspace_id: UUID, formula: Mapping[str, float], as_of: datetime
) -> pl.DataFrame:
    """The same for patterns whose rounded risk may differ as of then.

    Also for those whose contribution to their issues' risk may have moved by `max_move` points; `formula` has
    the numbers of the risk formula, its weights in points.
    """
    parameters = {"workspace_id": workspace_id, "as_of": as_of, **formula}
    return session.read(SELECT_MOVED_FACTORS.format(among=""), parameters, schema=FACTOR_SCHEMA)


def count_patterns_at_risk(session: Session, workspace_id: UUID, least_risk: float) -> int:
    """How many patterns have at least this stored risk."""
    row = session.row(COUNT_PATTERNS_FROM, (workspace_id, least_risk))
    return row["patterns"] if row else 0


def set_pattern_risks(session: Session, workspace_id: UUID, risks: pl.DataFrame) -> int:
    """Write the risk of patterns from frame(id, risk_score); only rows that differ are updated."""
    session.execute("drop table if exists pg_temp.pattern_risk")
    session.stage("pattern_risk", risks.rename({"id": "pattern_id"}), like="detect.pattern")
    return session.execute(UPDATE_PATTERN_RISKS, (workspace_id,))


def set_issue_bases(session: Session, workspace_id: UUID, bases: pl.DataFrame) -> int:
    """Write the contribution of patterns to their issues' risk, from frame(pattern_id, basis)."""
    session.execute("drop table if exists pg_temp.issue_basis")
    rows = bases.select("pattern_id", issue_risk_basis="basis")
    session.stage("issue_basis", rows, like="detect.pattern")
    return session.execute(UPDATE_ISSUE_BASES, (workspace_id,))
