"""Adds the marks that a provider caused an issue, and what a proof left out and why."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0107"
down_revision = "0106"

SQL = """
create table core.provider_mark (
    workspace_id uuid not null references app.workspace on delete cascade,
    mark_id      uuid not null default uuidv7(),
    issue_id     uuid not null,
    provider     text check (length(provider) between 1 and 200),
    marked_by    text not null,
    marked_at    timestamptz not null default now(),
    primary key (workspace_id, mark_id)
);
comment on table core.provider_mark is
    'That a person puts what an issue had done until then down to a provider; the newest mark counts.';
comment on column core.provider_mark.provider is
    'Null: no provider caused it, whatever a status page reports.';
create index marks_of_issue on core.provider_mark (workspace_id, issue_id, mark_id desc);
select app.isolate('core.provider_mark');
select app.admit_maintenance('core.provider_mark');
revoke update on core.provider_mark from causeloop_pipeline;
grant insert on core.provider_mark to causeloop_api;
alter table act.proof add column left_out jsonb not null default '[]';
comment on column act.proof.left_out is
    'How many occurrences were not counted, before the fix and since, by reason and provider.';
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
