"""Keeps uploads, which records each of them or each file brought, and what was taken back."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0100"
down_revision = "0097"

SQL = """
-- What an upload, or a file of a drop folder or store, brought, also where another one had brought the same
-- before: it can be taken back without what others brought.
create table raw.import_record (
    workspace_id uuid not null,
    import_id    uuid not null,
    record_id    uuid not null,
    primary key (workspace_id, import_id, record_id),
    foreign key (workspace_id, record_id) references raw.record (workspace_id, record_id) on delete cascade
);
comment on table raw.import_record is
    'Which records an upload or a file brought, so that exactly they can be taken back.';
create index imports_of_record on raw.import_record (workspace_id, record_id);
select app.isolate('raw.import_record');
grant insert on raw.import_record to causeloop_api;

create table raw.withdrawn_record (
    workspace_id uuid not null references app.workspace on delete cascade,
    source       text not null,
    site         text not null,
    external_id  text not null,
    primary key (workspace_id, source, external_id, site)
);
comment on table raw.withdrawn_record is
    'External records of which a version was taken back: a run makes their issue again, or deletes it.';
select app.isolate('raw.withdrawn_record');

create table app.upload (
    workspace_id  uuid not null references app.workspace on delete cascade,
    upload_id     uuid not null default uuidv7(),
    file_name     text not null check (length(file_name) between 1 and 200),
    file_bytes    integer not null,
    file_sha256   text not null,
    content       bytea,
    choices       jsonb not null default '{}',
    understanding jsonb not null,
    status        text not null default 'draft' check (status in ('draft', 'imported', 'undone')),
    connector_id  uuid,
    made_connector boolean not null default false,
    counts        jsonb,
    uploaded_by   text not null,
    uploaded_at   timestamptz not null default now(),
    imported_at   timestamptz,
    undone_at     timestamptz,
    withdrawn_at  timestamptz,
    primary key (workspace_id, upload_id)
);
comment on table app.upload is
    'Files that people uploaded: what was understood of each, and what its import brought.';
comment on column app.upload.content is 'The file, until it is imported or thrown away, for a day at most.';
comment on column app.upload.withdrawn_at is
    'When a run had taken back what the import brought, after it was undone.';
comment on column app.upload.made_connector is
    'Whether its import made the connector, which goes with it where nothing else came by it.';
create index uploads_newest on app.upload (workspace_id, uploaded_at desc, upload_id desc);
create index uploads_to_withdraw on app.upload (workspace_id)
    where undone_at is not null and withdrawn_at is null;
select app.isolate('app.upload');
grant insert, update, delete on app.upload to causeloop_api;

alter table app.sync_run add column no_failures jsonb not null default '{}';
comment on column app.sync_run.no_failures is
    'Why entries told of no failure and were not landed, and how many.';
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
