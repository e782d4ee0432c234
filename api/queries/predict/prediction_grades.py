"""Reads what predictions said beside what came of them."""

from dataclasses import dataclass
from typing import Any

from api.http.database import WorkspaceDatabase
from api.queries.predict.predictions import OUTCOME

MOST = 50_000

SAID = """
    said.probability is not null
    and (($1 ->> 'window_days') is null or said.window_days = ($1 ->> 'window_days')::integer)
    and (($1 ->> 'model_version') is null or said.model_version = $1 ->> 'model_version')
"""

# A window that is still open says nothing yet, whatever a person has noted of it.
GRADES = f"""
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
            from predict.prediction as said
            where {SAID} and said.closes_at <= now()
                and said.closes_at >= now() - make_interval(days => ($1 ->> 'days')::integer)
            order by said.closes_at desc, said.prediction_id
            limit {MOST}
        ) as p {OUTCOME}
        where graded.outcome is not null
    ),
    'open', (select count(*) from predict.prediction as said where {SAID} and said.closes_at > now()),
    'next_closes_at', (
        select min(said.closes_at) from predict.prediction as said where {SAID} and said.closes_at > now()
    )
)
"""


@dataclass(frozen=True)
class Grades:
    """The graded predictions, how many windows are still open, and when the next of them closes."""

    graded: list[dict[str, Any]]
    open: int
    next_closes_at: str | None


async def read_grades(
    db: WorkspaceDatabase, window_days: int | None, model_version: str | None, days: int
) -> Grades:
    """What has been graded, a person's word before the system's."""
    found = await db.read(GRADES, window_days=window_days, model_version=model_version, days=days)
    return Grades(**found)
