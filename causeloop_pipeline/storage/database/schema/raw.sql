-- Records as they arrived, those that wait to be normalized, and what they were read as.

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
    site              text not null default '',
    observation       integer not null default 1,
    primary key (record_id, workspace_id),
    constraint record_key unique (workspace_id, source, external_id, site, payload_hash, observation)
);
comment on table raw.record is 'Payloads as they arrived, every version once.';
comment on column raw.record.workspace_id is 'Whose record it is.';
comment on column raw.record.record_id is 'The id of this version of the record.';
comment on column raw.record.source is 'The type of the connector that it is of, such as pagerduty.';
comment on column raw.record.external_id is 'The id that the tool gave the record.';
comment on column raw.record.kind is 'Which of the tool''s lists it is of.';
comment on column raw.record.connector_id is 'The connector that brought it; null: none, or it is gone.';
comment on column raw.record.payload is 'The record as the tool sent it.';
comment on column raw.record.payload_hash is 'By which a version that was stored before is recognized.';
comment on column raw.record.source_updated_at is 'When the tool last changed the record; null: not stated.';
comment on column raw.record.received_at is 'When it arrived.';
comment on column raw.record.site is
    'The one tool, of all those of its source, that gave the id, by its connector on arrival.';
comment on column raw.record.observation is
    'Which time this very payload was seen: again where it came back, without a time, after another one.';
comment on column raw.record.channel is 'How the record reached Causeloop: poll, webhook, ingest or manual.';
-- The site comes after the id: an id tells records apart far better, and some look for it whatever the site.
create index record_versions on raw.record (workspace_id, source, external_id, site, source_updated_at desc nulls last);
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
-- A run looks at what it has claimed batch by batch.
create index claimed_pending_records on raw.pending_record (run_id, workspace_id, record_id) where run_id is not null;
select app.isolate('raw.pending_record');
-- An issue made by hand is normalized at once, by the statement of the runs: the API claims its record for a moment.
grant insert on raw.pending_record to causeloop_api;
grant update (run_id) on raw.pending_record to causeloop_api;

-- What the mapping of its connector made of each record, in the tool's own words; dbt normalizes from here. Records of
-- before are read into it in the background, newest first, and those of a sync at once.
create table raw.mapped_record (
    workspace_id      uuid not null,
    record_id         uuid not null,
    source            text not null,
    external_id       text not null,
    kind              text not null,
    is_change         boolean not null,
    connector_id      uuid,
    received_at       timestamptz not null,
    source_updated_at timestamptz not null,
    mapping_version   text not null,
    variant           text,
    unmappable_reason text,
    title             text,
    body              text,
    severity_value    text,
    status_value      text,
    words_of          text,
    own_severity      text,
    own_status        text,
    service           text,
    error_type        text,
    team              text,
    environment       text,
    external_url      text,
    change_kind       text,
    source_created_at timestamptz,
    resolved_at       timestamptz,
    changed_at        timestamptz,
    attributes        jsonb not null,
    site              text not null default '',
    identifies        text,
    firing_start      text,
    occurrences       jsonb,
    job               text,
    is_success        boolean,
    no_failure        text,
    primary key (record_id, workspace_id),
    foreign key (workspace_id, record_id) references raw.record (workspace_id, record_id) on delete cascade
);
comment on table raw.mapped_record is
    'What the mapping of its connector made of a record: the product''s fields in the tool''s own words, or why not.';
comment on column raw.mapped_record.record_id is 'The version of the record that was read.';
comment on column raw.mapped_record.source is 'The type of the connector that it is of, such as pagerduty.';
comment on column raw.mapped_record.external_id is 'The id that the tool gave the record.';
comment on column raw.mapped_record.kind is 'Which of the tool''s lists it is of.';
comment on column raw.mapped_record.is_change is 'Whether it is a change, such as a deploy, and no issue.';
comment on column raw.mapped_record.connector_id is
    'The connector that brought it; null: none, or it is gone.';
comment on column raw.mapped_record.received_at is 'When it arrived.';
comment on column raw.mapped_record.source_updated_at is 'When the tool last changed the record.';
comment on column raw.mapped_record.variant is 'Which variant of the tool''s records it is; null: none.';
comment on column raw.mapped_record.unmappable_reason is 'Why nothing could be made of it; null: it could.';
comment on column raw.mapped_record.title is 'What failed or changed.';
comment on column raw.mapped_record.body is 'What the record says of it at length.';
comment on column raw.mapped_record.severity_value is 'The severity in the tool''s own words.';
comment on column raw.mapped_record.status_value is 'The status in the tool''s own words.';
comment on column raw.mapped_record.service is 'The service that it is about.';
comment on column raw.mapped_record.error_type is 'What kind of error it is.';
comment on column raw.mapped_record.team is 'The team whose it is.';
comment on column raw.mapped_record.environment is 'Where it runs, such as production.';
comment on column raw.mapped_record.external_url is 'Its page in the tool.';
comment on column raw.mapped_record.change_kind is 'What kind of change it is; null: it is none.';
comment on column raw.mapped_record.source_created_at is 'When it began, as the tool says.';
comment on column raw.mapped_record.resolved_at is
    'When it ended, as the tool says; null: it has not, or the tool does not say.';
comment on column raw.mapped_record.changed_at is 'When the change was made; null: it is none.';
comment on column raw.mapped_record.attributes is 'What else the mapping reads of the record.';
comment on column raw.mapped_record.site is 'The one tool, of all those of its type, whose id it bears.';
comment on column raw.mapped_record.is_success is
    'Whether the run that it tells of succeeded; null: it tells of none.';
comment on column raw.mapped_record.mapping_version is
    'A digest of the mapping that read the record; where it is not the present one, the record is read again.';
comment on column raw.mapped_record.words_of is
    'Whose words severity_value and status_value are, where it is not the source''s own.';
comment on column raw.mapped_record.own_severity is
    'What the list of words in the connector''s own declaration says of severity_value.';
comment on column raw.mapped_record.own_status is 'The same of status_value.';
comment on column raw.mapped_record.identifies is
    'What the external id names: an event, a condition that fires again and again, or a group of events.';
comment on column raw.mapped_record.firing_start is
    'What source_created_at says of when a condition began to fire.';
comment on column raw.mapped_record.occurrences is 'How often and when a group of events occurred, as the tool tells.';
comment on column raw.mapped_record.job is 'What the record is a run of: a later success of the same ends its failure.';
comment on column raw.mapped_record.no_failure is
    'Why the record tells of no failure, such as a recovery that followed none; null where it does.';
create index mapped_runs on raw.mapped_record (workspace_id, source, site, job, source_updated_at) where job is not null;
create index no_failures_of_connector on raw.mapped_record
    (workspace_id, connector_id, received_at, no_failure)
where no_failure is not null;
-- With the workspace first, it would look as good as the key for finding one record in a table that has just grown.
create index mapped_versions on raw.mapped_record (external_id, source, site, workspace_id);
select app.isolate('raw.mapped_record');
grant insert, update on raw.mapped_record to causeloop_api;

-- One passage over all records, newest first, that reads again what a former version of a mapping has read.
create table raw.rereading (
    rereading_id    bigint generated always as identity primary key,
    versions        jsonb not null,
    sources         text[] not null,
    before_record   uuid,
    records_read    bigint not null default 0,
    records_total   bigint not null,
    started_at      timestamptz not null default now(),
    finished_at     timestamptz
);
comment on table raw.rereading is
    'Passages that read records again, since mappings have changed; an interrupted one goes on before `before_record`.';
comment on column raw.rereading.versions is 'The versions of all mappings when it began, by source.';
grant select, insert, update on raw.rereading to causeloop_pipeline;
grant select on raw.rereading to causeloop_api;

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
    site          text not null default '',
    primary key (workspace_id, quarantine_id),
    constraint quarantine_key unique nulls not distinct (workspace_id, source, external_id, site, payload_hash, reason)
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

-- What was pushed to a connector: what each delivery became, and what was refused, equal ones in a row counted together.
create table raw.delivery (
    workspace_id uuid not null references app.workspace on delete cascade,
    delivery_key uuid not null default uuidv7(),
    connector_id uuid not null,
    received_at  timestamptz not null default now(),
    deliveries   integer not null default 1,
    records      integer not null default 0,
    changed      integer not null default 0,
    quarantined  integer not null default 0,
    refused_for  text,
    no_failures  jsonb not null default '{}',
    primary key (workspace_id, delivery_key)
);
comment on table raw.delivery is
    'Deliveries to webhooks, for 30 days: what each held and how much of it was news, or why it was refused.';
comment on column raw.delivery.no_failures is
    'Why entries were no failures and were not landed, and how many.';
create index deliveries_of_connector on raw.delivery (workspace_id, connector_id, received_at desc);
select app.isolate('raw.delivery');
grant insert on raw.delivery to causeloop_api;
