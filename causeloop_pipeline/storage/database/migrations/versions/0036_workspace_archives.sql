create table app.workspace_archive (
    workspace_id uuid not null references app.workspace on delete cascade,
    archive_id   uuid not null default uuidv7(),
    status       text not null default 'queued' check (status in ('queued', 'running', 'ready', 'failed')),
    requested_by text not null,
    requested_at timestamptz not null default now(),
    people       jsonb not null default '[]',
    finished_at  timestamptz,
    bytes        bigint,
    sha256       text,
    rows         bigint,
    error        text,
    primary key (workspace_id, archive_id)
);
comment on table app.workspace_archive is 'Exports of a whole workspace, which are deleted after two days.';
comment on column app.workspace_archive.people is 'The members, whom only the API may read; they are a file of the archive.';
create unique index one_open_archive on app.workspace_archive (workspace_id) where status in ('queued', 'running');
create index queued_archives on app.workspace_archive (requested_at) where status in ('queued', 'running');

create table app.workspace_archive_part (
    workspace_id uuid not null,
    archive_id   uuid not null,
    number       integer not null check (number >= 0),
    content      bytea not null,
    primary key (workspace_id, archive_id, number),
    foreign key (workspace_id, archive_id) references app.workspace_archive on delete cascade
);
comment on table app.workspace_archive_part is 'The bytes of an archive, four megabytes a row; the last one is shorter.';
alter table app.workspace_archive_part alter column content set storage external;  -- it is compressed already

select app.isolate(t) from unnest(array['app.workspace_archive', 'app.workspace_archive_part']::regclass[]) as t;
grant insert on app.workspace_archive to causeloop_api;
revoke insert on app.workspace_archive from causeloop_pipeline;
grant select on app.alembic_version to causeloop_pipeline;
