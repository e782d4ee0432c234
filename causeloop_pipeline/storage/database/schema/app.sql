-- Tenants, people, their sessions and keys, connectors, and what is requested of the pipeline.

-- Tenants

create table app.organization (
    organization_id uuid primary key default uuidv7(),
    slug            text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name            text not null,
    plan            text not null default 'free' check (plan in ('free', 'starter', 'growth', 'enterprise')),
    seats_total     integer not null default 5 check (seats_total >= 1),
    status          text not null default 'active' check (status in ('active', 'suspended', 'cancelled')),
    created_at      timestamptz not null default now(),
    seats_taken     integer not null default 0,
    -- What the operator suspended, an owner cannot reactivate.
    status_set_by   text not null default 'operator' check (status_set_by in ('operator', 'owner'))
);
-- Seats are counted where they are bounded: the check and the row's lock decide a race for the last one.
-- Not valid, for organizations of before seats were counted.
alter table app.organization add constraint seats_exhausted check (seats_taken <= seats_total) not valid;
create trigger refuse_to_set_seats before update on app.organization
    for each row execute function app.refuse_to_set_seats();
alter table app.organization enable row level security;
alter table app.organization force row level security;
create policy "runs know which organizations exist" on app.organization for select to causeloop_pipeline using (true);
-- Tenants are provisioned by the installation's owner: the one role that may write across workspaces, here only.
create policy "the owner provisions tenants" on app.organization to causeloop_owner using (true) with check (true);
grant select on app.organization to causeloop_pipeline;
grant select on app.organization to causeloop_api;
grant update (name, seats_taken) on app.organization to causeloop_api;
select app.admit_maintenance('app.run_scope');
select app.admit_maintenance('app.organization');

create table app.workspace (
    workspace_id    uuid primary key default uuidv7(),
    organization_id uuid not null references app.organization,
    slug            text not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name            text not null,
    timezone        text not null default 'UTC',
    sso_enforced    boolean not null default false,
    created_at      timestamptz not null default now(),
    -- An archived workspace can be read, and the pipeline leaves it alone.
    archived_at     timestamptz,
    erase_after     timestamptz,
    partition       text,
    former_partitions text[] not null default '{}',
    unique (organization_id, slug),
    -- Two workspaces may exchange their names in one statement.
    constraint workspace_partition_key unique (partition) deferrable,
    constraint workspace_erase_after_check check (erase_after is null or archived_at is not null)
);
comment on column app.workspace.erase_after is
    'When the archived workspace is erased for ever, at an owner''s request; null: it is kept.';
comment on column app.workspace.partition is
    'Its partition in Dagster: its name, or an earlier one until no run is over that; null: it has none yet.';
comment on column app.workspace.former_partitions is
    'Names that its partition had before, by which the texts of its runs call it.';
alter table app.workspace enable row level security;
alter table app.workspace force row level security;
create policy "a request sees its own workspace" on app.workspace to causeloop_api
    using (workspace_id = (select app.current_workspace()))
    with check (workspace_id = (select app.current_workspace()));
create policy "runs know which workspaces exist" on app.workspace for select to causeloop_pipeline using (true);
create policy "runs name partitions" on app.workspace for update to causeloop_pipeline
    using (workspace_id = any ((select app.scope())::uuid[]))
    with check (workspace_id = any ((select app.scope())::uuid[]));
create policy "the owner provisions tenants" on app.workspace to causeloop_owner using (true) with check (true);
grant select, update (partition, former_partitions) on app.workspace to causeloop_pipeline;
grant select on app.workspace to causeloop_api;
grant update (name, slug, timezone, sso_enforced, archived_at, erase_after) on app.workspace to causeloop_api;
select app.admit_maintenance('app.workspace');
create trigger refuse_early_erasure before insert or update of erase_after on app.workspace
    for each row execute function app.refuse_early_erasure();
create trigger refuse_unknown_timezone before insert or update of timezone on app.workspace
    for each row execute function app.refuse_unknown_timezone();
create policy "a request sees the organization of its workspace" on app.organization to causeloop_api
    using (organization_id in (select w.organization_id from app.workspace as w));

-- Who is invoiced, for owners alone. Members of the organization's workspaces never see it.
create table app.billing_identity (
    organization_id uuid primary key references app.organization on delete cascade,
    legal_name      text,
    address         text,
    tax_id          text,
    email           text,
    changed_by      text not null,
    changed_at      timestamptz not null default now()
);
comment on table app.billing_identity is
    'Who is invoiced for an organization: its owners alone see and set it.';
alter table app.billing_identity enable row level security;
alter table app.billing_identity force row level security;
create policy "a request sees the organization of its workspace" on app.billing_identity to causeloop_api
    using (organization_id in (select w.organization_id from app.workspace as w))
    with check (organization_id in (select w.organization_id from app.workspace as w));
create policy "the owner provisions tenants" on app.billing_identity to causeloop_owner
    using (true) with check (true);
grant select, insert, update on app.billing_identity to causeloop_api;
select app.admit_maintenance('app.billing_identity');

create view app.active_workspace with (security_invoker = true) as
select w.workspace_id, w.timezone, w.created_at, o.plan
from app.workspace as w
join app.organization as o using (organization_id)
where o.status = 'active' and w.archived_at is null;
comment on view app.active_workspace is 'The workspaces that the pipeline works for, and what their plan is.';
grant select on app.active_workspace to causeloop_pipeline;

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
    loop_cost                   numeric check (loop_cost >= 0),
    -- What is done by itself on issues in their trackers.
    comment_mode                text not null default 'off' check (comment_mode in ('off', 'shadow', 'live')),
    close_mode                  text not null default 'off' check (close_mode in ('off', 'shadow', 'live'))
);
select app.isolate('app.workspace_settings');
create policy "the owner provisions tenants" on app.workspace_settings to causeloop_owner using (true) with check (true);
grant update on app.workspace_settings to causeloop_api;

create table app.onboarding_state (
    workspace_id    uuid primary key references app.workspace on delete cascade,
    current_step    text not null default 'connect_source'
                    check (current_step in ('create_workspace', 'connect_source', 'first_sync',
                                            'invite_members', 'create_alert_rule', 'done')),
    completed_steps text[] not null default '{create_workspace}',
    skipped_steps   text[] not null default '{}'
);
select app.isolate('app.onboarding_state');
create policy "the owner provisions tenants" on app.onboarding_state to causeloop_owner using (true) with check (true);
grant update on app.onboarding_state to causeloop_api;

-- The link that `causeloop up` prints while there is no organization yet.
create table app.setup_link (
    token_hash bytea primary key,
    expires_at timestamptz not null
);
comment on table app.setup_link is
    'Hashes of links that may create an organization; only the owner reads them.';
select app.admit_maintenance('app.setup_link');

-- People

create table app.users (
    user_id     uuid primary key default uuidv7(),
    email       text not null check (email = lower(email)),
    name        text,
    external_id text,
    created_at  timestamptz not null default now(),
    -- Who names the person so: another identity provider may give the same name to somebody else.
    external_issuer text,
    proven_at   timestamptz,
    unique (email),
    unique (external_id, external_issuer),
    constraint a_linked_person_is_proven check (external_id is null or proven_at is not null)
);
comment on table app.users is 'Global identities; what a user may see is decided by memberships.';
comment on column app.users.proven_at is
    'When the person proved the address, by a link that only they and the operator could see, or at the identity '
    'provider; null: whoever invited them may have seen all that they came in with.';
alter table app.users enable row level security;
alter table app.users force row level security;
create policy "the owner provisions people" on app.users to causeloop_owner using (true) with check (true);
create policy "a sign-in finds the address that it presents" on app.users for select to causeloop_api
    using (email = (select app.claimed_text('email')));
create policy "an invitation adds the address that it names" on app.users for insert to causeloop_api
    with check (
        email = (select app.claimed_text('email'))
        and external_id is null and external_issuer is null and proven_at is null and name is null
    );
grant select on app.users to causeloop_api;
grant insert (email) on app.users to causeloop_api;
select app.admit_maintenance('app.users');

-- A name that an admin gives an invited person belongs to that workspace: no other one may read it. Only the person makes a
-- membership active for the first time: whoever has not accepted is invited again.
create table app.membership (
    workspace_id   uuid not null references app.workspace on delete cascade,
    user_id        uuid not null references app.users,
    role           text not null check (role in ('viewer', 'analyst', 'admin', 'owner')),
    status         text not null default 'active' check (status in ('active', 'invited', 'suspended')),
    created_at     timestamptz not null default now(),
    name           text check (length(name) <= 120),
    accepted_at    timestamptz,
    is_provisioned boolean not null default false,
    primary key (workspace_id, user_id)
);
comment on column app.membership.name is
    'What this workspace calls the person; users.name comes from the person or the identity provider.';
comment on column app.membership.accepted_at is
    'When the membership first became active; null: never. Set while invited: whoever accepted had not proven to be '
    'the person, whose consent is needed again.';
comment on column app.membership.is_provisioned is
    'Whether a directory keeps the membership: such an invitation does not end after seven days.';
create trigger count_seat after insert or update of status or delete on app.membership
    for each row execute function app.count_seat();
create trigger note_acceptance before insert or update of status on app.membership
    for each row execute function app.note_acceptance();
create trigger end_access after update of status or delete on app.membership
    for each row execute function app.end_access();
select app.isolate('app.membership');
-- A signed-in user finds the workspaces he belongs to before he has chosen one.
create policy "a user sees his own memberships" on app.membership for select to causeloop_api
    using (user_id = (select app.claimed_id('user')));
create policy "the owner provisions tenants" on app.membership to causeloop_owner using (true) with check (true);
revoke insert, update, delete on app.membership from causeloop_pipeline;
grant insert, update, delete on app.membership to causeloop_api;
create policy "a request sees the members of its workspace" on app.users for select to causeloop_api
    using (exists (
        select from app.membership as m
        where m.user_id = users.user_id and m.workspace_id = (select app.current_workspace())
    ));

-- One link an invited person: a new one replaces it, and using it deletes it.
create table app.invitation (
    workspace_id uuid not null,
    user_id      uuid not null,
    token_hash   bytea not null,
    invited_by   text not null,
    expires_at   timestamptz not null default now() + interval '7 days',
    is_private   boolean not null default false,
    primary key (workspace_id, user_id),
    foreign key (workspace_id, user_id) references app.membership on delete cascade
);
comment on table app.invitation is 'Hashes of the links that invited people accept with.';
comment on column app.invitation.is_private is
    'Whether only the person and the operator could see the link: it went by e-mail, or the operator made it.';
select app.isolate('app.invitation');
create policy "the owner provisions invitations" on app.invitation to causeloop_owner using (true) with check (true);
revoke select, insert, update, delete on app.invitation from causeloop_pipeline;
grant insert, update, delete on app.invitation to causeloop_api;

-- Password hashes are read only for the address that a sign-in presents. People who have not proven their address have a
-- password for each organization, since whoever invited them there may know it.
create table app.user_password (
    user_id         uuid not null references app.users on delete cascade,
    password_hash   text not null,
    changed_at      timestamptz not null default now(),
    organization_id uuid references app.organization on delete cascade,
    unique nulls not distinct (user_id, organization_id)
);
comment on table app.user_password is 'Argon2id hashes, apart from what members may read of one another.';
comment on column app.user_password.organization_id is
    'The one organization that it opens; null: all of the person''s, who has proven the address.';
alter table app.user_password enable row level security;
alter table app.user_password force row level security;
create policy "the owner provisions passwords" on app.user_password to causeloop_owner using (true) with check (true);
create policy "a sign-in reads the hash of the address that it presents" on app.user_password
    for select to causeloop_api
    using (exists (
        select from app.users as u
        where u.user_id = user_password.user_id and u.email = (select app.claimed_text('email'))
    ));
grant select on app.user_password to causeloop_api;
select app.admit_maintenance('app.user_password');

-- Links that set a password, single use. The API's role reaches them through functions only.
create table app.password_reset (
    user_id    uuid primary key references app.users on delete cascade,
    token_hash bytea not null unique,
    expires_at timestamptz not null
);
comment on table app.password_reset is 'Hashes of the links that set a new password.';
select app.admit_maintenance('app.password_reset');
alter table app.password_reset enable row level security;
alter table app.password_reset force row level security;
create policy "the owner provisions password resets" on app.password_reset to causeloop_owner using (true) with check (true);

create table app.preference (
    workspace_id uuid not null references app.workspace on delete cascade,
    holder_id    uuid not null,
    user_id      uuid,
    saved_views  jsonb not null default '{}',
    seen_at      timestamptz,
    report_to    text,
    reported_on  date,
    primary key (workspace_id, holder_id),
    foreign key (workspace_id, user_id) references app.membership on delete cascade,
    check (user_id = holder_id)
);
comment on table app.preference is
    'What a person, or a key, keeps in a workspace: saved views, which notifications were seen, the weekly report.';
comment on column app.preference.user_id is 'The holder where it is a person: goes with the membership.';
comment on column app.preference.report_to is
    'Where the weekly report goes: the address of the person; null: it is not wanted.';
comment on column app.preference.reported_on is 'The Monday of the last weekly report that was sent.';
select app.isolate('app.preference');
revoke insert, delete on app.preference from causeloop_pipeline;
grant insert, update, delete on app.preference to causeloop_api;

-- Who takes care of a pattern or recommendation, and what people call a pattern.
create table app.assignment (
    workspace_id uuid not null references app.workspace on delete cascade,
    item_kind    text not null check (item_kind in ('pattern', 'recommendation')),
    item_id      uuid not null,
    user_id      uuid not null,
    assigned_by  text not null,
    assigned_at  timestamptz not null default now(),
    primary key (workspace_id, item_kind, item_id),
    foreign key (workspace_id, user_id) references app.membership on delete cascade
);
comment on table app.assignment is 'The person who takes care of a pattern or recommendation.';
select app.isolate('app.assignment');
revoke insert, update, delete on app.assignment from causeloop_pipeline;
grant insert, update, delete on app.assignment to causeloop_api;

create table app.owner (
    workspace_id uuid not null references app.workspace on delete cascade,
    owner_id     uuid not null default uuidv7(),
    item_kind    text not null check (item_kind in ('service', 'pattern', 'recommendation')),
    item         text not null check (length(item) between 1 and 300),
    source       text not null check (source in ('person', 'codeowners', 'tools')),
    owner        text,
    contact      text,
    repository   text,
    changed_by   text not null,
    changed_at   timestamptz not null default now(),
    primary key (workspace_id, owner_id),
    unique (workspace_id, item_kind, item, source)
);
comment on table app.owner is
    'Who owns a service, pattern or recommendation, by each source that says so: whom to tell.';
comment on column app.owner.item is 'The name of the service, or the id of the pattern or recommendation.';
select app.isolate('app.owner');
revoke insert, update, delete on app.owner from causeloop_pipeline;
grant insert, update, delete on app.owner to causeloop_api;

-- Directories

-- A workspace's people and their roles as an identity provider keeps them (SCIM 2.0, RFC 7643 and 7644).
create table app.directory (
    workspace_id      uuid primary key references app.workspace on delete cascade,
    token_hash        bytea not null,
    former_token_hash bytea,
    former_expires_at timestamptz,
    created_at        timestamptz not null default now(),
    last_used_at      timestamptz
);
comment on table app.directory is
    'Hashes of the token with which an identity provider keeps the members of a workspace.';
select app.isolate('app.directory');
revoke insert, update, delete on app.directory from causeloop_pipeline;
grant insert, update, delete on app.directory to causeloop_api;

create table app.directory_user (
    workspace_id uuid not null,
    user_id      uuid not null,
    user_name    text not null check (length(user_name) <= 254),
    external_id  text check (length(external_id) <= 500),
    profile      jsonb not null default '{}',
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    primary key (workspace_id, user_id),
    foreign key (workspace_id, user_id) references app.membership on delete cascade
);
comment on table app.directory_user is
    'What a directory says of a member; what the member may do is decided by the membership.';
create unique index directory_user_names on app.directory_user (workspace_id, lower(user_name));
select app.isolate('app.directory_user');
revoke insert, update, delete on app.directory_user from causeloop_pipeline;
grant insert, update, delete on app.directory_user to causeloop_api;

create table app.directory_group (
    workspace_id uuid not null references app.workspace on delete cascade,
    group_id     uuid not null default uuidv7(),
    display_name text not null check (length(display_name) between 1 and 300),
    external_id  text check (length(external_id) <= 500),
    role         text check (role in ('viewer', 'analyst', 'admin', 'owner')),
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    primary key (workspace_id, group_id)
);
comment on column app.directory_group.role is
    'Role that the group gives its members, chosen by an owner; null: none.';
create unique index directory_group_names on app.directory_group (workspace_id, lower(display_name));
select app.isolate('app.directory_group');
revoke insert, update, delete on app.directory_group from causeloop_pipeline;
grant insert, update, delete on app.directory_group to causeloop_api;

create table app.directory_group_member (
    workspace_id uuid not null,
    group_id     uuid not null,
    user_id      uuid not null,
    primary key (workspace_id, group_id, user_id),
    foreign key (workspace_id, group_id) references app.directory_group on delete cascade,
    foreign key (workspace_id, user_id) references app.membership on delete cascade
);
create index directory_groups_of_person on app.directory_group_member (workspace_id, user_id);
select app.isolate('app.directory_group_member');
revoke insert, update, delete on app.directory_group_member from causeloop_pipeline;
grant insert, update, delete on app.directory_group_member to causeloop_api;

-- Sessions and keys

-- One row a session: its refresh tokens are spent and issued under this row's lock, and its end is absolute.
create table app.session (
    workspace_id uuid not null references app.workspace on delete cascade,
    session_id   uuid not null,
    user_id      uuid not null references app.users,
    method       text not null check (method in ('oidc', 'password')),
    started_at   timestamptz not null default now(),
    ends_at      timestamptz not null,
    ended_at     timestamptz,
    end_reason   text check (end_reason in (
                     'signed_out', 'reused', 'password_changed', 'replaced', 'membership_changed', 'identity_replaced')),
    -- A browser keeps its session in a cookie; only the hash of its secret is stored.
    cookie_hash  bytea,
    client       text check (length(client) <= 200),
    last_used_at timestamptz not null default now(),
    primary key (workspace_id, session_id)
);
create index sessions_of_user on app.session (user_id, workspace_id);
select app.isolate('app.session');
create policy "a person sees their own sessions" on app.session for select to causeloop_api
    using (user_id = (select app.claimed_id('user')));
create policy "a person ends their own sessions" on app.session for update to causeloop_api
    using (user_id = (select app.claimed_id('user')))
    with check (user_id = (select app.claimed_id('user')));
create policy "a changed password ends sessions" on app.session to causeloop_owner using (true) with check (true);
revoke insert, update on app.session from causeloop_pipeline;
grant insert, update on app.session to causeloop_api;

create table app.refresh_token (
    workspace_id uuid not null references app.workspace on delete cascade,
    token_hash   bytea not null,
    session_id   uuid not null,
    issued_at    timestamptz not null default now(),
    expires_at   timestamptz not null,
    used_at      timestamptz,
    primary key (workspace_id, token_hash),
    foreign key (workspace_id, session_id) references app.session on delete cascade
);
create index refresh_tokens_of_session on app.refresh_token (workspace_id, session_id);
select app.isolate('app.refresh_token');
grant insert, update, delete on app.refresh_token to causeloop_api;

-- A sign-in at the identity provider is begun without a trace, and finished once.
create table app.finished_sign_in (
    state_hash  bytea primary key,
    finished_at timestamptz not null default now()
);
comment on table app.finished_sign_in is
    'Hashes of what sign-ins at the identity provider were begun with and have used up, kept as long as they were valid.';
create index finished_sign_ins_by_age on app.finished_sign_in (finished_at);
grant select, insert, update, delete on app.finished_sign_in to causeloop_api;
select app.admit_maintenance('app.finished_sign_in');

create table app.login_failure (
    subject_hash bytea primary key,
    failures     integer not null,
    last_at      timestamptz not null
);
comment on table app.login_failure is
    'Wrong passwords by address and account, hashed: neither is readable here.';
create index login_failures_by_age on app.login_failure (last_at);
grant select, insert, update, delete on app.login_failure to causeloop_api;
select app.admit_maintenance('app.login_failure');

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
    -- Keys: what they are limited to, and the former secret that still works for a while after a rotation.
    scopes             text[] check (cardinality(scopes) > 0),
    former_key_hash    bytea,
    former_expires_at  timestamptz,
    former_used_at     timestamptz,
    primary key (workspace_id, service_account_id)
);
comment on column app.service_account.scopes is
    'Areas that the key may read or write, such as issues:read; null: all that its role may.';
comment on column app.service_account.former_key_hash is
    'Hash of the secret before the last rotation, valid until former_expires_at.';
select app.isolate('app.service_account');
create policy "the owner provisions tenants" on app.service_account to causeloop_owner using (true) with check (true);
revoke insert, update, delete on app.service_account from causeloop_pipeline;
grant insert on app.service_account to causeloop_api;
grant update (key_hash, expires_at, revoked_at, last_used_at, former_key_hash, former_expires_at, former_used_at)
    on app.service_account to causeloop_api;

create table app.personal_key (
    workspace_id      uuid not null,
    key_id            uuid not null,
    user_id           uuid not null,
    name              text not null,
    role              text not null check (role in ('viewer', 'analyst', 'admin', 'owner')),
    scopes            text[] check (cardinality(scopes) > 0),
    method            text not null check (method in ('oidc', 'password')),
    key_hash          bytea not null,
    created_at        timestamptz not null default now(),
    expires_at        timestamptz not null,
    revoked_at        timestamptz,
    last_used_at      timestamptz,
    former_key_hash   bytea,
    former_expires_at timestamptz,
    former_used_at    timestamptz,
    primary key (workspace_id, key_id),
    foreign key (workspace_id, user_id) references app.membership on delete cascade
);
comment on table app.personal_key is
    'Keys with which programs act as a person, never above the person''s own role; only hashes are stored.';
comment on column app.personal_key.method is
    'How the person had signed in who made it: such a key ends where that is refused.';
create index personal_keys_of_person on app.personal_key (workspace_id, user_id);
select app.isolate('app.personal_key');
create policy "a membership that changes ends keys" on app.personal_key to causeloop_owner using (true) with check (true);
revoke insert, update, delete on app.personal_key from causeloop_pipeline;
grant insert, update on app.personal_key to causeloop_api;

-- Requests

create table app.audit_log (
    workspace_id uuid not null references app.workspace on delete cascade,
    audit_id     uuid not null default uuidv7(),
    at           timestamptz not null default now(),
    actor        text not null,
    action       text not null,
    subject      text not null,
    details      jsonb not null default '{}',
    address      text,
    primary key (workspace_id, audit_id)
);
comment on column app.audit_log.address is
    'The network address that the request came from; null: the command line or the pipeline.';
create index audit_entries_by_time on app.audit_log (workspace_id, at desc, audit_id desc);
select app.isolate('app.audit_log');
create policy "the owner records what concerns people" on app.audit_log for insert to causeloop_owner with check (true);
grant insert on app.audit_log to causeloop_api;

-- Responses hold keys and secrets that are shown once: they are kept encrypted, and for a day.
create table app.idempotency_key (
    workspace_id    uuid not null references app.workspace on delete cascade,
    caller          text not null,
    path            text not null,
    key             text not null check (length(key) between 1 and 255),
    body_hash       bytea not null,
    status          integer,
    created_at      timestamptz not null default now(),
    sealed_response bytea,
    primary key (workspace_id, caller, path, key)
);
comment on column app.idempotency_key.sealed_response is
    'AES-GCM ciphertext of the first response, bound to workspace and caller.';
create index idempotency_keys_by_age on app.idempotency_key (workspace_id, created_at);
select app.isolate('app.idempotency_key');
grant insert, update, delete on app.idempotency_key to causeloop_api;

create table app.rate_limit_bucket (
    workspace_id uuid primary key references app.workspace on delete cascade,
    tokens       double precision not null,
    refilled_at  timestamptz not null
);
select app.isolate('app.rate_limit_bucket');
grant insert, update on app.rate_limit_bucket to causeloop_api;

-- Connectors

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
    failed_syncs          integer not null default 0 check (failed_syncs >= 0),
    site                  text not null default '',
    source                text,
    credential_receivers  jsonb,
    is_push_only          boolean not null default false,
    primary key (workspace_id, connector_id),
    unique (workspace_id, display_name)
);
comment on column app.connector.credentials is
    'AES-GCM ciphertext bound to workspace, connector, field and receivers; '
    'never leaves the database in clear.';
comment on column app.connector.credential_receivers is
    'The origins that the credentials were entered for, what each receives, and the way of authenticating; '
    'null: entered before 0082 and not used since.';
comment on column app.connector.failed_syncs is
    'Syncs in a row that failed; each doubles the wait for the next one.';
comment on column app.connector.site is
    'The one tool, of all those of its type, whose ids its records bear; connectors of one tool share it.';
comment on column app.connector.source is
    'What its issues have as their source, where that is not the type: `custom_api:` and the name of a declaration.';
comment on column app.connector.is_push_only is
    'Whether the tool only pushes: nothing is polled, and nothing that polling needs is missing.';
create index due_connectors on app.connector (next_poll_at) where status = 'active';
create unique index connector_by_id on app.connector (connector_id, workspace_id);
create trigger set_updated_at before update on app.connector for each row execute function app.set_updated_at();
select app.isolate('app.connector');
-- A webhook names its connector before any workspace is known: whoever presents the id may read that one row.
create policy "a webhook finds its connector" on app.connector for select to causeloop_api
    using (connector_id = (select app.claimed_id('connector')));
create policy "the owner provisions tenants" on app.connector to causeloop_owner using (true) with check (true);
grant insert, update, delete on app.connector to causeloop_api;

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
    reads_from       timestamptz,
    oldest_record_at timestamptz,
    newest_record_at timestamptz,
    no_failures      jsonb not null default '{}',
    primary key (workspace_id, sync_run_id),
    foreign key (workspace_id, connector_id) references app.connector on delete cascade
);
comment on column app.sync_run.reads_from is
    'Since when the past is read, in a sync before the first that succeeded; null in all others.';
comment on column app.sync_run.oldest_record_at is
    'The oldest time of a record that the sync has landed so far.';
comment on column app.sync_run.newest_record_at is
    'The newest time of a record that the sync has landed so far.';
comment on column app.sync_run.no_failures is
    'Why entries were no failures and were not landed, and how many.';
create index sync_runs_of_connector on app.sync_run (workspace_id, connector_id, started_at desc);
create index sync_runs_by_age on app.sync_run (workspace_id, started_at);
create index backfills_of_connector on app.sync_run (workspace_id, connector_id) where reads_from is not null;
select app.isolate('app.sync_run');
grant insert, update on app.sync_run to causeloop_api;

create table app.feed_outage (
    workspace_id uuid not null,
    connector_id uuid not null,
    broke_at     timestamptz not null,
    reason       text not null,
    repaired_at  timestamptz,
    primary key (workspace_id, connector_id, broke_at),
    foreign key (workspace_id, connector_id) references app.connector on delete cascade
);
comment on table app.feed_outage is
    'When a connector''s feed broke, why, and when it was repaired: triggers note it.';
create index open_feed_outages on app.feed_outage (workspace_id, connector_id) where repaired_at is null;
select app.isolate('app.feed_outage');
grant insert, update on app.feed_outage to causeloop_api;
create trigger note_finished_sync after insert or update of status on app.sync_run
    for each row when (new.status <> 'running') execute function app.note_sync_result();
create trigger note_changed_status after update of status on app.connector
    for each row when (new.status <> old.status) execute function app.note_connector_status();

create table app.connector_declaration (
    workspace_id uuid not null references app.workspace on delete cascade,
    name         text not null check (name ~ '^[a-z][a-z0-9_]{1,39}$'),
    title        text not null check (length(title) between 1 and 120),
    document     jsonb not null,
    written      text not null check (octet_length(written) <= 200000),
    updated_by   text not null,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    primary key (workspace_id, name)
);
comment on table app.connector_declaration is 'Connectors that people of the workspace declare themselves.';
comment on column app.connector_declaration.document is
    'What connectors of this declaration have in their configuration.';
comment on column app.connector_declaration.written is 'The YAML as it was entered, comments included.';
select app.isolate('app.connector_declaration');
grant insert, update, delete on app.connector_declaration to causeloop_api;

-- Uploads

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

-- Runs

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
select app.isolate('app.recompute_request');
grant insert on app.recompute_request to causeloop_api;

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
comment on table app.workspace_freshness is
    'When each stage last finished for a workspace; Dagster keeps no such thing per partition.';
select app.isolate('app.workspace_freshness');

-- Where tracing is on: which traces a run goes on with. Rows are taken by the run that groups what was delivered, and
-- deleted by the run of the stages after it.
create table app.delivery_trace (
    workspace_id uuid not null references app.workspace on delete cascade,
    traceparent  text not null check (length(traceparent) = 55),
    noted_at     timestamptz not null default now(),
    run_id       text,
    primary key (workspace_id, traceparent)
);
comment on table app.delivery_trace is
    'Traces of deliveries that have not reached a recommendation yet; empty where nothing is traced.';
select app.isolate('app.delivery_trace');
grant insert on app.delivery_trace to causeloop_api;

-- Archives and logins for BI

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
comment on column app.workspace_archive.people is
    'The members, whom only the API may read; they are a file of the archive.';
create unique index one_open_archive on app.workspace_archive (workspace_id) where status in ('queued', 'running');
create index queued_archives on app.workspace_archive (requested_at) where status in ('queued', 'running');
select app.isolate('app.workspace_archive');
revoke insert on app.workspace_archive from causeloop_pipeline;
grant insert on app.workspace_archive to causeloop_api;

create table app.workspace_archive_part (
    workspace_id uuid not null,
    archive_id   uuid not null,
    number       integer not null check (number >= 0),
    content      bytea not null,
    primary key (workspace_id, archive_id, number),
    foreign key (workspace_id, archive_id) references app.workspace_archive on delete cascade
);
alter table app.workspace_archive_part alter column content set storage external;  -- it is compressed already
comment on table app.workspace_archive_part is
    'The bytes of an archive, four megabytes a row; the last one is shorter.';
select app.isolate('app.workspace_archive_part');

-- PostgreSQL shows every login the names of all others, so the name of a login for BI is random, and this table says which
-- workspace it reads. It sees the row that names itself; nothing that a client can set chooses it.
create table app.reporting_login (
    workspace_id uuid primary key references app.workspace on delete cascade,
    login        text not null,
    granted_at   timestamptz not null default now()
);
comment on table app.reporting_login is
    'The login of BI tools for a workspace, a role of the server; without this row it reads nothing.';
select app.isolate('app.reporting_login');
revoke insert, update on app.reporting_login from causeloop_pipeline;
revoke all on app.reporting_login from causeloop_api;
