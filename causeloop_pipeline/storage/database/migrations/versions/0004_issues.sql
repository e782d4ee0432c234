create table core.issue (
    workspace_id      uuid not null references app.workspace on delete cascade,
    issue_id          uuid not null,
    source            text not null,
    external_id       text not null,
    connector_id      uuid,
    title             text not null check (length(title) between 1 and 300),
    body              text,
    severity          text not null check (severity in ('p1', 'p2', 'p3', 'p4')),
    status            text not null check (status in ('open', 'in_loop', 'mitigating', 'resolved', 'closed')),
    service           text,
    error_type        text,
    team              text,
    environment       text,
    external_url      text,
    source_created_at timestamptz not null,
    source_updated_at timestamptz not null,
    resolved_at       timestamptz,
    ingested_at       timestamptz not null,
    attributes        jsonb not null default '{}',
    pattern_id        uuid,
    risk_score        double precision check (risk_score between 0 and 100),
    primary key (workspace_id, issue_id),
    unique (workspace_id, source, external_id)
);
comment on column core.issue.issue_id is 'md5 of workspace, source and external id: a rebuild gives the same id.';
create index issues_newest on core.issue (workspace_id, source_created_at desc, issue_id desc);
create index issues_updated on core.issue (workspace_id, source_updated_at desc, issue_id desc);
create index issues_of_pattern on core.issue (workspace_id, pattern_id, source_created_at desc) where pattern_id is not null;
create index issues_by_risk on core.issue (workspace_id, risk_score desc nulls last, issue_id desc);
create index issues_text on core.issue using gin (to_tsvector('simple', title || ' ' || coalesce(left(body, 20000), '')));

-- The one definition of an issue's id, for dbt, the API and the demo alike.
create function core.issue_id(workspace_id uuid, source text, external_id text) returns uuid
    language sql immutable parallel safe
    return md5(workspace_id::text || chr(31) || source || chr(31) || external_id)::uuid;

create table core.issue_edit (
    workspace_id uuid not null,
    edit_id      uuid not null default uuidv7(),
    issue_id     uuid not null,
    field        text not null check (field in ('title', 'body', 'severity', 'status', 'service', 'error_type', 'team', 'environment')),
    value        text,
    edited_by    text not null,
    edited_at    timestamptz not null default now(),
    primary key (workspace_id, edit_id),
    foreign key (workspace_id, issue_id) references core.issue on delete cascade
);
comment on table core.issue_edit is 'What people changed of an issue; the newest edit of a field outlives every later sync.';
create index edits_of_issue on core.issue_edit (workspace_id, issue_id, field, edit_id desc);

create table core.value_override (
    workspace_id uuid not null references app.workspace on delete cascade,
    source       text not null,
    field        text not null check (field in ('severity', 'status')),
    vendor_value text not null,
    value        text not null,
    primary key (workspace_id, source, field, vendor_value)
);
comment on table core.value_override is 'A workspace''s own reading of a vendor''s severity or status, over the seed maps.';

create table core.conservation (
    workspace_id uuid not null references app.workspace on delete cascade,
    source       text not null,
    records      bigint not null,
    issues       bigint not null,
    versions     bigint not null,
    quarantined  bigint not null,
    pending      bigint not null,
    balanced     boolean not null,
    checked_at   timestamptz not null default now(),
    primary key (workspace_id, source)
);
comment on table core.conservation is 'records in = issues + further versions of them + quarantined + still pending, per source.';

select app.isolate(t) from unnest(array['core.issue', 'core.issue_edit', 'core.value_override', 'core.conservation']::regclass[]) as t;
grant insert, update on core.issue to causeloop_api;
grant insert on core.issue_edit to causeloop_api;
grant insert, update, delete on core.value_override to causeloop_api;
