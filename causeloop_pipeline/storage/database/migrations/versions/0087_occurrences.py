"""Adds the occurrences of issues; of those that exist one each, from its beginning to its end."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0087"
down_revision = "0086"

SQL = """
create table core.occurrence (
    workspace_id uuid not null,
    issue_id     uuid not null,
    started_at   timestamptz not null,
    ended_at     timestamptz,
    count        integer not null default 1 check (count > 0),
    record_id    uuid,
    primary key (workspace_id, issue_id, started_at),
    foreign key (workspace_id, issue_id) references core.issue on delete cascade
);
comment on table core.occurrence is
    'Each time that an issue happened; every issue has at least one.';
comment on column core.occurrence.ended_at is 'Null: it goes on, or nobody knows when it ended.';
comment on column core.occurrence.count is
    'How many events a tool counted in it: more than one in an hour or day of a group of events.';
comment on column core.occurrence.record_id is
    'The stored version of the record that it was read from; null where that is not known.';
create index occurrences_newest on core.occurrence (workspace_id, started_at desc, issue_id desc);

-- Of all workspaces, which the owner sees only where row level security is not forced.
alter table core.issue no force row level security;
insert into core.occurrence (workspace_id, issue_id, started_at, ended_at)
select workspace_id, issue_id, source_created_at, resolved_at from core.issue;
alter table core.issue force row level security;

select app.isolate('core.occurrence');
grant insert, update, delete on core.occurrence to causeloop_api;
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
