create table app.organization (
    organization_id uuid primary key default uuidv7(),
    slug            text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name            text not null,
    plan            text not null default 'free' check (plan in ('free', 'starter', 'growth', 'enterprise')),
    seats_total     integer not null default 5 check (seats_total >= 1),
    status          text not null default 'active' check (status in ('active', 'suspended', 'cancelled')),
    created_at      timestamptz not null default now()
);

create table app.workspace (
    workspace_id    uuid primary key default uuidv7(),
    organization_id uuid not null references app.organization,
    slug            text not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name            text not null,
    timezone        text not null default 'UTC',
    sso_enforced    boolean not null default false,
    created_at      timestamptz not null default now(),
    unique (organization_id, slug)
);

create table app.users (
    user_id       uuid primary key default uuidv7(),
    email         text not null check (email = lower(email)),
    name          text,
    external_id   text unique,
    password_hash text,
    created_at    timestamptz not null default now(),
    unique (email)
);
comment on table app.users is 'Global identities; what a user may see is decided by memberships.';

create table app.membership (
    workspace_id uuid not null references app.workspace on delete cascade,
    user_id      uuid not null references app.users,
    role         text not null check (role in ('viewer', 'analyst', 'admin', 'owner')),
    status       text not null default 'active' check (status in ('active', 'invited', 'suspended')),
    created_at   timestamptz not null default now(),
    primary key (workspace_id, user_id)
);

create table app.service_account (
    workspace_id       uuid not null references app.workspace on delete cascade,
    service_account_id uuid not null default uuidv7(),
    name               text not null,
    role               text not null check (role in ('viewer', 'analyst', 'admin', 'owner')),
    key_hash           bytea not null,
    created_at         timestamptz not null default now(),
    expires_at         timestamptz,
    revoked_at         timestamptz,
    last_used_at       timestamptz,
    primary key (workspace_id, service_account_id)
);

create table app.workspace_settings (
    workspace_id                uuid primary key references app.workspace on delete cascade,
    ai_auto_link                boolean not null default true,
    ai_confidence_threshold     double precision not null default 0.6 check (ai_confidence_threshold between 0 and 1),
    proof_window_days           integer not null default 30 check (proof_window_days between 7 and 365),
    alert_probability_threshold double precision not null default 0.7 check (alert_probability_threshold between 0 and 1),
    alert_sensitivity           text not null default 'medium' check (alert_sensitivity in ('low', 'medium', 'high')),
    issues_days                 integer not null default 730 check (issues_days >= 1),
    predictions_days            integer not null default 730 check (predictions_days >= 1),
    audit_days                  integer not null default 730 check (audit_days >= 365),
    loop_cost                   numeric check (loop_cost >= 0)
);

create table app.onboarding_state (
    workspace_id    uuid primary key references app.workspace on delete cascade,
    current_step    text not null default 'connect_source'
                    check (current_step in ('create_workspace', 'connect_source', 'first_sync',
                                            'invite_members', 'create_alert_rule', 'done')),
    completed_steps text[] not null default '{create_workspace}',
    skipped_steps   text[] not null default '{}'
);

create table app.audit_log (
    workspace_id uuid not null references app.workspace on delete cascade,
    audit_id     uuid not null default uuidv7(),
    at           timestamptz not null default now(),
    actor        text not null,
    action       text not null,
    subject      text not null,
    details      jsonb not null default '{}',
    primary key (workspace_id, audit_id)
);

create table app.idempotency_key (
    workspace_id uuid not null references app.workspace on delete cascade,
    caller       text not null,
    path         text not null,
    key          text not null check (length(key) between 1 and 255),
    body_hash    bytea not null,
    status       integer,
    response     jsonb,
    created_at   timestamptz not null default now(),
    primary key (workspace_id, caller, path, key)
);

create table app.rate_limit_bucket (
    workspace_id uuid primary key references app.workspace on delete cascade,
    tokens       double precision not null,
    refilled_at  timestamptz not null
);

create table app.refresh_token (
    workspace_id uuid not null references app.workspace on delete cascade,
    token_hash   bytea not null,
    user_id      uuid not null references app.users,
    family_id    uuid not null,
    issued_at    timestamptz not null default now(),
    expires_at   timestamptz not null,
    used_at      timestamptz,
    primary key (workspace_id, token_hash)
);

create table app.recompute_request (
    workspace_id uuid not null references app.workspace on delete cascade,
    request_id   uuid not null default uuidv7(),
    kind         text not null check (kind in ('sync', 'patterns', 'clusters', 'predictions', 'everything')),
    status       text not null default 'queued' check (status in ('queued', 'running', 'done', 'failed')),
    requested_by text not null,
    requested_at timestamptz not null default now(),
    run_id       text,
    finished_at  timestamptz,
    error        text,
    primary key (workspace_id, request_id)
);
-- However many callers ask at once, one request of a kind waits.
create unique index one_waiting_request on app.recompute_request (workspace_id, kind) where status = 'queued';
create index open_requests on app.recompute_request (status) where status in ('queued', 'running');

create table app.workspace_freshness (
    workspace_id uuid not null references app.workspace on delete cascade,
    stage        text not null,
    computed_at  timestamptz not null,
    as_of        timestamptz not null,
    run_id       text not null,
    verdict      text not null default 'ok' check (verdict in ('ok', 'failed')),
    details      jsonb not null default '{}',
    primary key (workspace_id, stage)
);
comment on table app.workspace_freshness is 'When each stage last finished for a workspace; Dagster keeps no such thing per partition.';

select app.isolate(t) from unnest(array[
    'app.workspace_settings', 'app.onboarding_state', 'app.audit_log', 'app.idempotency_key', 'app.rate_limit_bucket',
    'app.recompute_request', 'app.workspace_freshness', 'app.service_account', 'app.membership', 'app.refresh_token'
]::regclass[]) as t;

alter table app.workspace enable row level security;
alter table app.workspace force row level security;
alter table app.organization enable row level security;
alter table app.organization force row level security;
create policy "a request sees its own workspace" on app.workspace to causeloop_api
    using (workspace_id = (select app.current_workspace()))
    with check (workspace_id = (select app.current_workspace()));
create policy "a request sees the organization of its workspace" on app.organization to causeloop_api
    using (organization_id in (select w.organization_id from app.workspace as w));
create policy "runs know which workspaces exist" on app.workspace for select to causeloop_pipeline using (true);
create policy "runs know which organizations exist" on app.organization for select to causeloop_pipeline using (true);
grant select on app.workspace, app.organization to causeloop_pipeline, causeloop_api;
grant select on app.users to causeloop_api;

-- A signed-in user finds the workspaces he belongs to before he has chosen one.
create policy "a user sees his own memberships" on app.membership for select to causeloop_api
    using (user_id = (select app.presented('user')));

-- Tenants are provisioned by the installation's owner: the one role that may write across workspaces, here only.
do $$
declare t regclass;
begin
    foreach t in array array['app.organization', 'app.workspace', 'app.workspace_settings', 'app.onboarding_state',
                             'app.membership', 'app.service_account']::regclass[] loop
        execute format('create policy "the owner provisions tenants" on %s to causeloop_owner using (true) with check (true)', t);
    end loop;
end
$$;

revoke insert, update, delete on app.membership, app.service_account from causeloop_pipeline;
grant insert, update on app.idempotency_key, app.rate_limit_bucket, app.refresh_token to causeloop_api;
grant delete on app.idempotency_key, app.refresh_token to causeloop_api;
grant insert on app.audit_log, app.recompute_request, app.service_account, app.membership to causeloop_api;
grant update on app.workspace, app.workspace_settings, app.onboarding_state, app.membership to causeloop_api;
grant update (revoked_at, last_used_at) on app.service_account to causeloop_api;
grant insert on app.users to causeloop_api;
grant update (name, external_id, password_hash) on app.users to causeloop_api;
