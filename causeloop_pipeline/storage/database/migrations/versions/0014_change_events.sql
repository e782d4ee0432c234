create table core.change (
    workspace_id      uuid not null references app.workspace on delete cascade,
    change_id         uuid not null,
    source            text not null,
    external_id       text not null,
    connector_id      uuid,
    kind              text not null check (kind in ('deploy', 'release', 'config_change', 'feature_flag', 'change')),
    title             text not null check (length(title) between 1 and 300),
    service           text,
    environment       text,
    external_url      text,
    changed_at        timestamptz not null,
    source_updated_at timestamptz not null,
    ingested_at       timestamptz not null,
    primary key (workspace_id, change_id),
    unique (workspace_id, source, external_id)
);
comment on table core.change is 'What was deployed, released or reconfigured, and when: evidence of what triggers a pattern.';
comment on column core.change.service is 'What was changed; null: everything.';
create index changes_newest on core.change (workspace_id, changed_at desc, change_id desc);

-- A change and an issue of one source may bear the same external id: their ids differ nevertheless.
create function core.change_id(workspace_id uuid, source text, external_id text) returns uuid
    language sql immutable parallel safe
    return md5('change' || chr(31) || workspace_id::text || chr(31) || source || chr(31) || external_id)::uuid;

select app.isolate('core.change');
grant maintain on core.change to causeloop_pipeline;

alter table core.conservation add column changes bigint not null default 0;
comment on table core.conservation is 'records in = issues + changes + further versions of them + quarantined + still pending, per source.';
