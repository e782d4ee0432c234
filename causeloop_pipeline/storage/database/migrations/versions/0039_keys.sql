-- Keys: what they are limited to, and the former secret that still works for a while after a rotation.
alter table app.service_account
    add column scopes text[] check (cardinality(scopes) > 0),
    add column former_key_hash bytea,
    add column former_expires_at timestamptz,
    add column former_used_at timestamptz;
comment on column app.service_account.scopes is 'Areas that the key may read or write, such as issues:read; null: all that its role may.';
comment on column app.service_account.former_key_hash is 'Hash of the secret before the last rotation, valid until former_expires_at.';
grant update (key_hash, expires_at, former_key_hash, former_expires_at, former_used_at) on app.service_account to causeloop_api;

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
comment on table app.personal_key is 'Keys with which programs act as a person, never above the person''s own role; only hashes are stored.';
comment on column app.personal_key.method is 'How the person had signed in who made it: such a key ends where that is refused.';
create index personal_keys_of_person on app.personal_key (workspace_id, user_id);
select app.isolate('app.personal_key');
revoke insert, update, delete on app.personal_key from causeloop_pipeline;
grant insert, update on app.personal_key to causeloop_api;
