"""Adds what must stay true after a fix."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0109"
down_revision = "0108"

SQL = """
create table act.expectation (
    workspace_id      uuid not null references app.workspace on delete cascade,
    expectation_id    uuid not null default uuidv7(),
    recommendation_id uuid not null,
    kind              text not null check (kind in ('no_occurrence', 'at_most', 'job_passes')),
    pattern_id        uuid,
    service           text,
    job               text,
    most              integer check (most >= 0),
    until             date,
    made_by           text not null,
    made_at           timestamptz not null default now(),
    withdrawn_at      timestamptz,
    status            text not null default 'open'
                      check (status in ('open', 'met', 'broken', 'inconclusive')),
    broken_at         timestamptz,
    text              text,
    evaluated_at      timestamptz,
    primary key (workspace_id, expectation_id),
    check ((kind = 'job_passes') = (job is not null) and (kind = 'job_passes') = (pattern_id is null)),
    check ((kind = 'at_most') = (most is not null))
);
comment on table act.expectation is 'What must stay true after a fix, and whether it has.';
comment on column act.expectation.most is 'How often the pattern may occur in a week.';
comment on column act.expectation.until is 'The last day on which it must be true; null: it goes on.';
create index expectations_of_recommendation
    on act.expectation (workspace_id, recommendation_id, expectation_id);
select app.isolate('act.expectation');
select app.admit_maintenance('act.expectation');
grant insert on act.expectation to causeloop_api;
grant update (withdrawn_at) on act.expectation to causeloop_api;
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
