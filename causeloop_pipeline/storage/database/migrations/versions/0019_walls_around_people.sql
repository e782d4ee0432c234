-- A name that an admin gives an invited person belongs to that workspace: no other one may read it.
alter table app.membership add column name text check (length(name) <= 120);
comment on column app.membership.name is 'What this workspace calls the person; users.name comes from the person or the identity provider.';
update app.membership as m
set name = u.name
from app.users as u
where u.user_id = m.user_id and u.password_hash is null
    and (select count(*) from app.membership as other where other.user_id = u.user_id) = 1;
update app.users set name = null where password_hash is null;

-- Password hashes are read only for the address that a sign-in presents.
create table app.user_password (
    user_id       uuid primary key references app.users on delete cascade,
    password_hash text not null,
    changed_at    timestamptz not null default now()
);
comment on table app.user_password is 'Argon2id hashes, apart from what members may read of one another.';
insert into app.user_password (user_id, password_hash)
select user_id, password_hash from app.users where password_hash is not null;
alter table app.users drop column password_hash;

-- What a request presents to find a person before any workspace is known.
create function app.claimed_text(what text) returns text
    language sql stable parallel safe
    return nullif(current_setting('causeloop.' || what, true), '');
revoke execute on function app.claimed_text from public;
grant execute on function app.claimed_text to causeloop_api;

alter table app.users enable row level security;
alter table app.users force row level security;
alter table app.user_password enable row level security;
alter table app.user_password force row level security;

create policy "the owner provisions people" on app.users to causeloop_owner using (true) with check (true);
create policy "the owner provisions passwords" on app.user_password to causeloop_owner using (true) with check (true);
create policy "a request sees the members of its workspace" on app.users for select to causeloop_api
    using (exists (
        select from app.membership as m
        where m.user_id = users.user_id and m.workspace_id = (select app.current_workspace())
    ));
create policy "a sign-in finds the address that it presents" on app.users for select to causeloop_api
    using (email = (select app.claimed_text('email')));
create policy "a sign-in finds the subject that it presents" on app.users for select to causeloop_api
    using (external_id = (select app.claimed_text('subject')));
create policy "an invitation adds the address that it names" on app.users for insert to causeloop_api
    with check (email = (select app.claimed_text('email')) and external_id is null and name is null);
create policy "a verified address is linked to its subject once" on app.users for update to causeloop_api
    using (email = (select app.claimed_text('email')) and external_id is null)
    with check (external_id = (select app.claimed_text('subject')));
create policy "a sign-in reads the hash of the address that it presents" on app.user_password
    for select to causeloop_api
    using (exists (
        select from app.users as u
        where u.user_id = user_password.user_id and u.email = (select app.claimed_text('email'))
    ));
revoke insert, update on app.users from causeloop_api;
grant insert (email), update (external_id) on app.users to causeloop_api;
grant select on app.user_password to causeloop_api;

-- Taken seats follow from memberships; the API's role cannot set them by itself.
create function app.refuse_to_set_seats() returns trigger
    language plpgsql
as $$
begin
    if current_user = 'causeloop_api' and pg_trigger_depth() < 2 then
        raise insufficient_privilege using message = 'seats_taken changes only with memberships';
    end if;
    return new;
end
$$;
create trigger refuse_to_set_seats before update on app.organization
    for each row execute function app.refuse_to_set_seats();

-- One row a session: its refresh tokens are spent and issued under this row's lock, and its end is absolute.
-- Sessions of before the upgrade end with it.
truncate app.refresh_token;
create table app.session (
    workspace_id uuid not null references app.workspace on delete cascade,
    session_id   uuid not null,
    user_id      uuid not null references app.users,
    method       text not null check (method in ('oidc', 'password')),
    started_at   timestamptz not null default now(),
    ends_at      timestamptz not null,
    ended_at     timestamptz,
    end_reason   text check (end_reason in ('signed_out', 'reused')),
    primary key (workspace_id, session_id)
);
select app.isolate('app.session');
revoke insert, update on app.session from causeloop_pipeline;
grant insert, update on app.session to causeloop_api;
create index sessions_of_user on app.session (user_id, workspace_id);
alter table app.refresh_token drop column user_id, drop column method;
alter table app.refresh_token rename column family_id to session_id;
alter table app.refresh_token add foreign key (workspace_id, session_id) references app.session on delete cascade;
create index refresh_tokens_of_session on app.refresh_token (workspace_id, session_id);

-- Responses hold keys and secrets that are shown once: they are kept encrypted, and for a day.
truncate app.idempotency_key;
alter table app.idempotency_key drop column response, add column sealed_response bytea;
comment on column app.idempotency_key.sealed_response is 'AES-GCM ciphertext of the first response, bound to workspace and caller.';
create index idempotency_keys_by_age on app.idempotency_key (workspace_id, created_at);

create index login_failures_by_age on app.login_failure (last_at);
