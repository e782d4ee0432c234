-- An archived workspace can be read, and the pipeline leaves it alone.
alter table app.workspace add column archived_at timestamptz;
create view app.active_workspace with (security_invoker = true) as
select w.workspace_id, w.timezone, w.created_at, o.plan
from app.workspace as w
join app.organization as o using (organization_id)
where o.status = 'active' and w.archived_at is null;
comment on view app.active_workspace is 'The workspaces that the pipeline works for, and what their plan is.';
grant select on app.active_workspace to causeloop_pipeline;

-- A browser keeps its session in a cookie; only the hash of its secret is stored.
alter table app.session add column cookie_hash bytea;
alter table app.session add column client text check (length(client) <= 200);
alter table app.session add column last_used_at timestamptz not null default now();
alter table app.session drop constraint session_end_reason_check;
alter table app.session add constraint session_end_reason_check
    check (end_reason in ('signed_out', 'reused', 'password_changed', 'replaced'));
create policy "a person sees their own sessions" on app.session for select to causeloop_api
    using (user_id = (select app.claimed_id('user')));
create policy "a person ends their own sessions" on app.session for update to causeloop_api
    using (user_id = (select app.claimed_id('user')))
    with check (user_id = (select app.claimed_id('user')));
create policy "a changed password ends sessions" on app.session to causeloop_owner using (true) with check (true);

alter table app.audit_log add column address text;
comment on column app.audit_log.address is 'The network address that the request came from; null: the command line or the pipeline.';
create policy "the owner records what concerns people" on app.audit_log for insert to causeloop_owner with check (true);

-- Links that set a password, single use. The API's role reaches them through the functions below only.
create table app.password_reset (
    user_id    uuid primary key references app.users on delete cascade,
    token_hash bytea not null unique,
    expires_at timestamptz not null
);
comment on table app.password_reset is 'Hashes of the links that set a new password.';
alter table app.password_reset enable row level security;
alter table app.password_reset force row level security;
create policy "the owner provisions password resets" on app.password_reset to causeloop_owner using (true) with check (true);

-- Whether all workspaces of a person require single sign-on, so that a password would be of no use.
create function app.needs_single_sign_on(person uuid) returns boolean
    language sql stable
    set search_path = pg_catalog, pg_temp
    return coalesce((
        select bool_and(w.sso_enforced)
        from app.membership as m join app.workspace as w using (workspace_id)
        where m.user_id = person and m.status <> 'suspended'
    ), false);

create function app.record_for_person(person uuid, event text) returns void
    language sql
    set search_path = pg_catalog, pg_temp
begin atomic
    insert into app.audit_log (workspace_id, actor, action, subject)
    select m.workspace_id, 'user:' || person, event, 'user:' || person
    from app.membership as m
    where m.user_id = person and m.status = 'active';
end;

create function app.offer_password_reset(address text, link_hash bytea) returns boolean
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    person uuid;
begin
    select u.user_id into person
    from app.users as u join app.user_password as p using (user_id)
    where u.email = lower(address) and not app.needs_single_sign_on(u.user_id);
    if person is null then
        return false;
    end if;
    insert into app.password_reset (user_id, token_hash, expires_at)
    values (person, link_hash, now() + interval '1 hour')
    on conflict (user_id) do update set token_hash = excluded.token_hash, expires_at = excluded.expires_at;
    return true;
end
$$;

create function app.read_password_reset(link_hash bytea) returns text
    language sql stable
    security definer
    set search_path = pg_catalog, pg_temp
    return (
        select u.email
        from app.password_reset as r join app.users as u using (user_id)
        where r.token_hash = link_hash and r.expires_at > now() and not app.needs_single_sign_on(u.user_id)
    );

create function app.reset_password(link_hash bytea, new_hash text) returns boolean
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    person uuid;
begin
    delete from app.password_reset
    where token_hash = link_hash and expires_at > now() and not app.needs_single_sign_on(user_id)
    returning user_id into person;
    if person is null then
        return false;
    end if;
    insert into app.user_password (user_id, password_hash) values (person, new_hash)
    on conflict (user_id) do update set password_hash = excluded.password_hash, changed_at = now();
    update app.session set ended_at = now(), end_reason = 'password_changed'
    where user_id = person and ended_at is null;
    perform app.record_for_person(person, 'password.reset');
    return true;
end
$$;

-- Whoever changes a password has proven the one that they had: its hash is what this compares.
create function app.change_password(person uuid, former_hash text, new_hash text, own_session uuid) returns boolean
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
begin
    update app.user_password set password_hash = new_hash, changed_at = now()
    where user_id = person and password_hash = former_hash;
    if not found then
        return false;
    end if;
    delete from app.password_reset where user_id = person;
    update app.session set ended_at = now(), end_reason = 'password_changed'
    where user_id = person and ended_at is null and session_id <> own_session;
    perform app.record_for_person(person, 'password.changed');
    return true;
end
$$;

revoke execute on function app.needs_single_sign_on, app.record_for_person, app.offer_password_reset,
    app.read_password_reset, app.reset_password, app.change_password from public;
grant execute on function app.offer_password_reset, app.read_password_reset, app.reset_password,
    app.change_password to causeloop_api;

-- Alerts reach an address that is no member's only after its owner has confirmed it.
create table notify.recipient (
    workspace_id uuid not null references app.workspace on delete cascade,
    address      text not null check (address = lower(address)),
    token_hash   bytea not null,
    requested_at timestamptz not null default now(),
    confirmed_at timestamptz,
    primary key (workspace_id, address)
);
comment on table notify.recipient is 'Addresses of alert rules that belong to no member, and whether their owners confirmed them.';

-- Addresses that alerts went to before stay confirmed; the owner itself sees no rules.
alter table notify.alert_rule no force row level security;
insert into notify.recipient (workspace_id, address, token_hash, confirmed_at)
select distinct r.workspace_id, lower(channel ->> 'to'), '\x00'::bytea, now()
from notify.alert_rule as r, jsonb_array_elements(r.channels) as channel
where channel ->> 'type' = 'email'
on conflict do nothing;
alter table notify.alert_rule force row level security;

select app.isolate('notify.recipient');
revoke insert, update, delete on notify.recipient from causeloop_pipeline;
grant insert, update, delete on notify.recipient to causeloop_api;

create index sync_runs_by_age on app.sync_run (workspace_id, started_at);
create index audit_entries_by_time on app.audit_log (workspace_id, at desc, audit_id desc);
