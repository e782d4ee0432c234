"""Keeps how each issue of a pattern ended."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0095"
down_revision = "0094"

SQL = """
create table act.ending (
    workspace_id uuid not null,
    issue_id     uuid not null,
    ended_at     timestamptz not null,
    took_seconds bigint not null check (took_seconds >= 0),
    action       text,
    phrase       text,
    quote        text check (length(quote) <= 300),
    field        text,
    made_by      text,
    link         text,
    read_until   timestamptz not null,
    primary key (workspace_id, issue_id),
    foreign key (workspace_id, issue_id) references core.issue on delete cascade
);
comment on table act.ending is
    'How an issue of a pattern ended, as its tool tells: who, what was done, and the words that say so.';
comment on column act.ending.action is 'The kind of action that the words tell of; null: they tell of none.';
comment on column act.ending.field is 'Where in the stored record the words stand.';
comment on column act.ending.read_until is 'Up to which update of the issue it was read.';
select app.isolate('act.ending');
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
