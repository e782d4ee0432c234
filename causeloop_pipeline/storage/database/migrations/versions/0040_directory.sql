-- A workspace's people and their roles as an identity provider keeps them (SCIM 2.0, RFC 7643 and 7644).
alter table app.membership add column is_provisioned boolean not null default false;
comment on column app.membership.is_provisioned is 'Whether a directory keeps the membership: such an invitation does not end after seven days.';

create table app.directory (
    workspace_id      uuid primary key references app.workspace on delete cascade,
    token_hash        bytea not null,
    former_token_hash bytea,
    former_expires_at timestamptz,
    created_at        timestamptz not null default now(),
    last_used_at      timestamptz
);
comment on table app.directory is 'Hashes of the token with which an identity provider keeps the members of a workspace.';

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
comment on table app.directory_user is 'What a directory says of a member; what the member may do is decided by the membership.';
create unique index directory_user_names on app.directory_user (workspace_id, lower(user_name));

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
comment on column app.directory_group.role is 'Role that the group gives its members, chosen by an owner; null: none.';
create unique index directory_group_names on app.directory_group (workspace_id, lower(display_name));

create table app.directory_group_member (
    workspace_id uuid not null,
    group_id     uuid not null,
    user_id      uuid not null,
    primary key (workspace_id, group_id, user_id),
    foreign key (workspace_id, group_id) references app.directory_group on delete cascade,
    foreign key (workspace_id, user_id) references app.membership on delete cascade
);
create index directory_groups_of_person on app.directory_group_member (workspace_id, user_id);

select app.isolate(t) from unnest(array[
    'app.directory', 'app.directory_user', 'app.directory_group', 'app.directory_group_member'
]::regclass[]) as t;
revoke insert, update, delete on app.directory, app.directory_user, app.directory_group,
    app.directory_group_member from causeloop_pipeline;
grant insert, update, delete on app.directory, app.directory_user, app.directory_group,
    app.directory_group_member to causeloop_api;
