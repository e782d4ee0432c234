"""What must stay true after fixes, what it is held against, and whether it has stayed true."""

from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import INSTANT
from causeloop_pipeline.model.proof_frames import EXPECTATION_SCHEMA, JOB_RUN_SCHEMA
from causeloop_pipeline.storage.database.session import Session

SELECT_EXPECTATIONS = """
select e.expectation_id, e.kind, e.pattern_id, e.service, e.job, e.most, e.until, f.fixed_at as since
from act.expectation as e
join (
    select recommendation_id, max(fixed_at) as fixed_at
    from act.fix
    where workspace_id = %(workspace_id)s and withdrawn_at is null and fixed_at <= %(as_of)s
    group by recommendation_id
) as f using (recommendation_id)
where e.workspace_id = %(workspace_id)s and e.withdrawn_at is null
order by e.expectation_id
"""

# A job goes by its whole name, or by the last part of a name that is a path.
SELECT_RUNS = """
select name as job, min(coalesce(m.source_created_at, m.source_updated_at)) as ran_at,
       bool_or(m.is_success) as is_success
from unnest(%(jobs)s::text[]) as name
join raw.mapped_record as m on m.job = name or right(m.job, length(name) + 1) = '/' || name
where m.workspace_id = %(workspace_id)s and m.unmappable_reason is null
group by name, m.source, m.site, m.job, m.external_id, case when m.identifies <> 'event' then m.record_id end
having bool_or(m.is_success) or bool_or(m.no_failure is null)
order by 1, 2
"""

UPDATE_EVALUATIONS = """
update act.expectation as e
set status = v.status, broken_at = v.broken_at, text = v.text, evaluated_at = %(as_of)s
from evaluation as v
where e.workspace_id = %(workspace_id)s and e.expectation_id = v.expectation_id
"""


def read_expectations(session: Session, workspace_id: UUID, as_of: datetime) -> pl.DataFrame:
    """What must stay true after a fix that is claimed, since that fix."""
    parameters = {"workspace_id": workspace_id, "as_of": as_of}
    return session.read(SELECT_EXPECTATIONS, parameters, schema=EXPECTATION_SCHEMA)


def read_job_runs(session: Session, workspace_id: UUID, jobs: pl.Series) -> pl.DataFrame:
    """The stored runs of these jobs that passed or failed."""
    names = jobs.drop_nulls().unique().sort().to_list()
    if not names:
        return JOB_RUN_SCHEMA.to_frame()
    parameters = {"workspace_id": workspace_id, "jobs": names}
    runs = session.read(SELECT_RUNS, parameters, schema=JOB_RUN_SCHEMA)
    return runs.with_columns(pl.col("is_success").fill_null(value=False))


def write_evaluations(
    session: Session, workspace_id: UUID, evaluations: pl.DataFrame, as_of: datetime
) -> None:
    """Store whether each expectation has stayed true."""
    session.execute("drop table if exists pg_temp.evaluation")
    typed = evaluations.with_columns(pl.col("broken_at").cast(INSTANT))
    session.stage("evaluation", typed, like="act.expectation")
    session.execute(UPDATE_EVALUATIONS, {"workspace_id": workspace_id, "as_of": as_of})
