"""Parts what is to be found out from what is to be fixed, and says where each expected number comes from."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0094"
down_revision = "0098"

SQL = """
alter table act.recommendation add column factors jsonb not null default '[]';

create table act.investigation (
    workspace_id     uuid not null references app.workspace on delete cascade,
    investigation_id uuid not null,
    pattern_id       uuid not null,
    kind             text not null,
    place            integer check (place >= 1),
    title            text not null,
    to_note          text not null,
    first_cause      text not null,
    second_cause     text not null,
    steps            text[] not null,
    status           text not null default 'open' check (status in ('open', 'done', 'dismissed')),
    result           text check (result in ('first', 'second', 'neither')),
    note             text,
    decided_by       text,
    decided_at       timestamptz,
    computed_at      timestamptz not null,
    primary key (workspace_id, investigation_id),
    check ((status = 'done') = (result is not null))
);
comment on table act.investigation is
    'What to note at the next occurrence of a pattern, to tell two causes apart; done, it is evidence.';
comment on column act.investigation.place is
    '1 is to be found out first; null: no longer offered, or decided.';
select app.isolate('act.investigation');
grant update (status, result, note, decided_by, decided_at) on act.investigation to causeloop_api;

create table act.unexplained_patterns (
    workspace_id uuid not null references app.workspace on delete cascade,
    pattern_ids  uuid[] not null,
    traits       text[] not null,
    computed_at  timestamptz not null,
    primary key (workspace_id)
);
comment on table act.unexplained_patterns is
    'The patterns that recur and for which it is not known what to do, and what they have in common.';
select app.isolate('act.unexplained_patterns');
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
