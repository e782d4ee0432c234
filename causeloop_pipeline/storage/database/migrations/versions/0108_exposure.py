"""Adds how often what may fail was used, and the rates of proofs by it."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0108"
down_revision = "0107"

SQL = """
create table core.exposure (
    workspace_id uuid not null references app.workspace on delete cascade,
    exposure_id  uuid not null default uuidv7(),
    unit         text not null check (unit in ('executions', 'requests', 'deploys')),
    service      text check (length(service) between 1 and 200),
    pattern_id   uuid,
    day          date not null,
    count        bigint not null check (count >= 0),
    attached_by  text not null,
    attached_at  timestamptz not null default now(),
    primary key (workspace_id, exposure_id),
    check (num_nonnulls(service, pattern_id) = 1),
    constraint exposure_key unique nulls not distinct (workspace_id, unit, service, pattern_id, day)
);
comment on table core.exposure is
    'How often what may fail was used on a day (UTC), of a service or of one pattern: '
    'the denominator of its rate.';
select app.isolate('core.exposure');
select app.admit_maintenance('core.exposure');
revoke insert, update on core.exposure from causeloop_pipeline;
grant insert, update, delete on core.exposure to causeloop_api;
alter table act.proof
    add column exposure_unit text check (exposure_unit in ('executions', 'requests', 'deploys')),
    add column exposure_before bigint,
    add column exposure_after bigint,
    add column exposure_needed bigint;
comment on column act.proof.exposure_unit is 'What its rates are measured by; null: by days.';
comment on column act.proof.exposure_needed is
    'The exposure since the fix with which silence will have proven it, or did.';
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
