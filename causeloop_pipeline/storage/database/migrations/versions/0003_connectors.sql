create table app.connector (
    workspace_id          uuid not null references app.workspace on delete cascade,
    connector_id          uuid not null default uuidv7(),
    type                  text not null,
    display_name          text not null check (length(display_name) between 1 and 120),
    status                text not null default 'active' check (status in ('active', 'paused', 'error')),
    status_reason         text,
    poll_interval_seconds integer not null default 1800 check (poll_interval_seconds between 60 and 86400),
    backfill_days         integer not null default 90 check (backfill_days between 0 and 3650),
    config                jsonb not null default '{}',
    credentials           bytea,
    webhook_secrets       bytea,
    cursor                jsonb,
    next_poll_at          timestamptz not null default now(),
    created_at            timestamptz not null default now(),
    updated_at            timestamptz not null default now(),
    primary key (workspace_id, connector_id),
    unique (workspace_id, display_name)
);
comment on column app.connector.credentials is 'AES-GCM ciphertext bound to workspace, connector and field; never leaves the database in clear.';
create index due_connectors on app.connector (next_poll_at) where status = 'active';
create unique index connector_by_id on app.connector (connector_id, workspace_id);
create trigger touch before update on app.connector for each row execute function app.touch();

create table app.sync_run (
    workspace_id     uuid not null,
    sync_run_id      uuid not null default uuidv7(),
    connector_id     uuid not null,
    started_at       timestamptz not null default now(),
    finished_at      timestamptz,
    status           text not null default 'running' check (status in ('running', 'succeeded', 'failed')),
    pages            integer not null default 0,
    rows_read        integer not null default 0,
    rows_new         integer not null default 0,
    rows_updated     integer not null default 0,
    rows_duplicate   integer not null default 0,
    rows_quarantined integer not null default 0,
    error            text,
    run_id           text,
    primary key (workspace_id, sync_run_id),
    foreign key (workspace_id, connector_id) references app.connector on delete cascade
);
create index sync_runs_of_connector on app.sync_run (workspace_id, connector_id, started_at desc);

create table raw.record (
    workspace_id      uuid not null references app.workspace on delete cascade,
    record_id         uuid not null default uuidv7(),
    source            text not null,
    external_id       text not null,
    kind              text not null default 'record',
    door              text not null check (door in ('poll', 'webhook', 'ingest', 'manual')),
    connector_id      uuid,
    payload           jsonb not null,
    payload_hash      text not null,
    source_updated_at timestamptz,
    received_at       timestamptz not null default now(),
    primary key (workspace_id, record_id),
    unique (workspace_id, source, external_id, payload_hash)
);
comment on table raw.record is 'Payloads as they arrived, every version once.';
create index record_versions on raw.record (workspace_id, source, external_id, source_updated_at desc nulls last);

create table raw.arrival (
    workspace_id uuid not null,
    record_id    uuid not null,
    source       text not null,
    arrived_at   timestamptz not null default now(),
    run_id       text,
    primary key (workspace_id, record_id),
    foreign key (workspace_id, record_id) references raw.record on delete cascade
);
comment on table raw.arrival is 'Records that no run has normalized yet; a run claims them, and deletes them when they are issues.';
create index unclaimed_arrivals on raw.arrival (workspace_id) where run_id is null;
create index claimed_arrivals on raw.arrival (run_id) where run_id is not null;

create table raw.quarantine (
    workspace_id  uuid not null references app.workspace on delete cascade,
    quarantine_id uuid not null default uuidv7(),
    source        text not null,
    connector_id  uuid,
    external_id   text,
    door          text not null,
    reason        text not null,
    payload       bytea not null,
    payload_hash  text not null,
    received_at   timestamptz not null default now(),
    replayed_at   timestamptz,
    primary key (workspace_id, quarantine_id),
    unique (workspace_id, source, payload_hash, reason)
);

create table raw.webhook_delivery (
    workspace_id uuid not null references app.workspace on delete cascade,
    connector_id uuid not null,
    delivery_id  text not null,
    received_at  timestamptz not null default now(),
    primary key (workspace_id, connector_id, delivery_id)
);

select app.isolate(t) from unnest(array[
    'app.connector', 'app.sync_run', 'raw.record', 'raw.arrival', 'raw.quarantine', 'raw.webhook_delivery'
]::regclass[]) as t;

-- A webhook names its connector before any workspace is known: whoever presents the id may read that one row.
create policy "a webhook finds its connector" on app.connector for select to causeloop_api
    using (connector_id = (select app.presented('connector')));
create policy "the owner provisions tenants" on app.connector to causeloop_owner using (true) with check (true);

grant insert, update, delete on app.connector to causeloop_api;
grant insert, update on app.sync_run to causeloop_api;
grant insert on raw.record, raw.arrival, raw.quarantine, raw.webhook_delivery to causeloop_api;
grant update on raw.quarantine to causeloop_api;
