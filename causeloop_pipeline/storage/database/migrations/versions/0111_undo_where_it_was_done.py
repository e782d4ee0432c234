"""Lets people withdraw answers, outcomes and dismissals, and remembers the name that a merge replaced."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0111"
down_revision = "0110"

SQL = """
alter table detect.pattern_feedback add column withdrawn_at timestamptz, add column withdrawn_by text;
grant update (withdrawn_at, withdrawn_by) on detect.pattern_feedback to causeloop_api;

alter table detect.pattern_handling add column named_by uuid, add column former_name text;
comment on column detect.pattern_handling.named_by is
    'The merge that set the name: when it is withdrawn, the former name, if any, is set again.';

create index lineage_by_new on detect.pattern_lineage (workspace_id, new_pattern_id);

create trigger count_withdrawn_outcomes after delete on predict.outcome
    referencing old table as recorded for each statement execute function predict.count_outcomes();
grant delete on predict.outcome to causeloop_api;
grant delete on predict.dismissal to causeloop_api;
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
