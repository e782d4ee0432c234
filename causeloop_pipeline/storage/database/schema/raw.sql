-- Records as they arrived, and those that wait to be normalized.

-- With the workspace first, the index of the key looked as good as the one by source and external id for finding the
-- versions of a record, and each lookup read all records of the workspace.
create table raw.record (
    workspace_id      uuid not null references app.workspace on delete cascade,
    record_id         uuid not null default uuidv7(),
    source            text not null,
    external_id       text not null,
    kind              text not null default 'record',
    channel           text not null check (channel in ('poll', 'webhook', 'ingest', 'manual')),
    connector_id      uuid,
    payload           jsonb not null,
    payload_hash      text not null,
    source_updated_at timestamptz,
    received_at       timestamptz not null default now(),
    primary key (record_id, workspace_id),
    unique (workspace_id, source, external_id, payload_hash)
);
comment on table raw.record is 'Payloads as they arrived, every version once.';
comment on column raw.record.channel is 'How the record reached Causeloop: poll, webhook, ingest or manual.';
create index record_versions on raw.record (workspace_id, source, external_id, source_updated_at desc nulls last);
select app.isolate('raw.record');
grant insert on raw.record to causeloop_api;

create table raw.pending_record (
    workspace_id uuid not null,
    record_id    uuid not null,
    source       text not null,
    arrived_at   timestamptz not null default now(),
    run_id       text,
    primary key (workspace_id, record_id),
    foreign key (workspace_id, record_id) references raw.record (workspace_id, record_id) on delete cascade
);
comment on table raw.pending_record is
    'Records that are not normalized yet; a run claims them, and deletes them once they are issues or changes.';
create index unclaimed_pending_records on raw.pending_record (workspace_id) where run_id is null;
create index claimed_pending_records on raw.pending_record (run_id) where run_id is not null;
select app.isolate('raw.pending_record');
grant insert on raw.pending_record to causeloop_api;

create table raw.quarantine (
    workspace_id  uuid not null references app.workspace on delete cascade,
    quarantine_id uuid not null default uuidv7(),
    source        text not null,
    connector_id  uuid,
    external_id   text,
    channel       text not null,
    reason        text not null,
    payload       bytea not null,
    payload_hash  text not null,
    received_at   timestamptz not null default now(),
    replayed_at   timestamptz,
    primary key (workspace_id, quarantine_id),
    constraint quarantine_key unique nulls not distinct (workspace_id, source, external_id, payload_hash, reason)
);
select app.isolate('raw.quarantine');
grant insert, update on raw.quarantine to causeloop_api;

create table raw.webhook_delivery (
    workspace_id uuid not null references app.workspace on delete cascade,
    connector_id uuid not null,
    delivery_id  text not null,
    received_at  timestamptz not null default now(),
    primary key (workspace_id, connector_id, delivery_id)
);
select app.isolate('raw.webhook_delivery');
grant insert on raw.webhook_delivery to causeloop_api;
