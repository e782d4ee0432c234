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
comment on column app.connector_declaration.document is 'What connectors of this declaration have in their configuration.';
comment on column app.connector_declaration.written is 'The YAML as it was entered, comments included.';

select app.isolate('app.connector_declaration');
grant insert, update, delete on app.connector_declaration to causeloop_api;
