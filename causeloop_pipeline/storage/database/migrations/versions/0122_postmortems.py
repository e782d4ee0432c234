"""Stores post-mortems, and their action items, whose done ones are claimed fixes."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0122"
down_revision = "0119"

SQL = """
alter table act.fix alter column expected_loops_prevented drop not null;
comment on column act.fix.recommendation_id is 'The recommendation, or the action item of a post-mortem.';

create table act.postmortem (
    workspace_id  uuid not null references app.workspace on delete cascade,
    postmortem_id uuid not null default uuidv7(),
    source        text not null check (length(source) between 1 and 500),
    file_name     text not null check (length(file_name) between 1 and 200),
    address       text check (length(address) <= 2000),
    title         text not null check (length(title) between 1 and 300),
    occurred_at   timestamptz,
    services      text[] not null default '{}',
    severity      text,
    statements    jsonb not null default '{}',
    failure       jsonb not null default '{}',
    names         text[] not null default '{}',
    notes         text[] not null default '{}',
    pattern_ids   uuid[] not null default '{}',
    status        text not null default 'draft' check (status in ('draft', 'imported', 'undone')),
    uploaded_by   text not null,
    uploaded_at   timestamptz not null default now(),
    imported_by   text,
    imported_at   timestamptz,
    undone_at     timestamptz,
    primary key (workspace_id, postmortem_id)
);
comment on table act.postmortem is
    'What was read of a post-mortem, and the patterns that a person confirmed it is about.';
comment on column act.postmortem.source is 'Which document it is, however often it is read.';
comment on column act.postmortem.statements is 'What it says in its summary, cause and resolution.';
comment on column act.postmortem.failure is 'What it tells of the failure, to compare with issues.';
comment on column act.postmortem.names is 'The addresses and keys of issues that it names.';
create unique index one_imported_postmortem on act.postmortem (workspace_id, source)
    where status = 'imported';
create index postmortems_newest on act.postmortem (workspace_id, uploaded_at desc, postmortem_id desc);
select app.isolate('act.postmortem');
select app.admit_maintenance('act.postmortem');
grant insert, update, delete on act.postmortem to causeloop_api;

create table act.action_item (
    workspace_id  uuid not null,
    item_id       uuid not null default uuidv7(),
    postmortem_id uuid not null,
    item_key      text not null,
    place         integer not null,
    text          text not null check (length(text) between 1 and 500),
    quote         text not null check (length(quote) between 1 and 600),
    heading       text not null default '',
    kind          text not null check (kind in ('fix', 'detection', 'process')),
    owner         text,
    due_on        date,
    tickets       text[] not null default '{}',
    names         text[] not null default '{}',
    is_done       boolean not null default false,
    is_dropped    boolean not null default false,
    done_at       timestamptz,
    done_basis    text check (done_basis in ('stated', 'ticket', 'reading', 'person')),
    is_edited     boolean not null default false,
    left_at       timestamptz,
    primary key (workspace_id, item_id),
    unique (workspace_id, postmortem_id, item_key),
    foreign key (workspace_id, postmortem_id) references act.postmortem on delete cascade,
    check (is_done = (done_at is not null) and is_done = (done_basis is not null))
);
comment on table act.action_item is
    'What was to be done after an incident; done, and changing what fails, it has a claim in act.fix.';
comment on column act.action_item.names is 'How the issues may be stored that are its tickets.';
comment on column act.action_item.is_edited is
    'Whether a person decided its state or kind, which no later reading changes.';
comment on column act.action_item.left_at is 'Since when the document no longer has it.';
create index tickets_of_items on act.action_item (workspace_id) where names <> '{}';
select app.isolate('act.action_item');
select app.admit_maintenance('act.action_item');
grant insert, update, delete on act.action_item to causeloop_api;
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
