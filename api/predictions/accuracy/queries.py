"""Reads predictions with their outcomes, to score them."""

from dataclasses import dataclass
from typing import Any

from api.http.database import WorkspaceDatabase
from api.predictions.queries import JOIN_OUTCOME

MAX_GRADED = 50_000

IS_SELECTED = """
    issued.probability is not null
    and (($1 ->> 'window_days') is null or issued.window_days = ($1 ->> 'window_days')::integer)
    and (($1 ->> 'model_version') is null or issued.model_version = $1 ->> 'model_version')
"""

# A prediction whose window is still open is not graded, even where a person has recorded an outcome.
SELECT_GRADES = f"""
select json_build_object(
    'graded', (
        select coalesce(json_agg(json_build_object(
            'probability', p.probability, 'outcome', graded.outcome, 'window_days', p.window_days,
            'model_version', p.model_version, 'model_probabilities', p.model_probabilities::text,
            'in_view_of_a_fix', p.model_probabilities ? 'without_fix',
            'overruled', graded.decided_by <> 'system' and exists (
                select from predict.outcome as s
                where s.workspace_id = p.workspace_id and s.prediction_id = p.prediction_id
                    and s.decided_by = 'system' and s.outcome <> graded.outcome
            )
        )), '[]')
        from (
            select *
            from predict.prediction as issued
            where {IS_SELECTED} and issued.closes_at <= now()
                and issued.closes_at >= now() - make_interval(days => ($1 ->> 'days')::integer)
            order by issued.closes_at desc, issued.prediction_id
            limit {MAX_GRADED}
        ) as p {JOIN_OUTCOME}
        where graded.outcome is not null
    ),
    'open', (
        select count(*) from predict.prediction as issued
        where {IS_SELECTED} and issued.closes_at > now()
    ),
    'next_closes_at', (
        select min(issued.closes_at) from predict.prediction as issued
        where {IS_SELECTED} and issued.closes_at > now()
    ),
    'backtest', (
        select to_jsonb(b) - 'workspace_id'
        from predict.backtest as b
        where ($1 ->> 'model_version') is null or b.model_version = $1 ->> 'model_version'
    )
)
"""


@dataclass(frozen=True)
class Grades:
    """The graded predictions, the number of open windows, when the next of them closes, and the backtest."""

    graded: list[dict[str, Any]]
    open: int
    next_closes_at: str | None
    backtest: dict[str, Any] | None


async def read_grades(
    db: WorkspaceDatabase, window_days: int | None, model_version: str | None, days: int
) -> Grades:
    """The graded predictions; a person's outcome takes precedence over the system's."""
    grades = await db.read(SELECT_GRADES, window_days=window_days, model_version=model_version, days=days)
    return Grades(**grades)
