-- The schemas, and the table on which the policies of all others rest.

create schema raw;
create schema core;
create schema detect;
create schema predict;
create schema act;
create schema notify;
create schema reporting;
grant usage on schema app, raw, core, detect, predict, act, notify to causeloop_pipeline, causeloop_api;

-- dbt owns its views and seeds, in schemas of their own.
create schema staging;
create schema intermediate;
create schema seeds;
grant usage, create on schema staging, intermediate, seeds to causeloop_pipeline;
grant usage on schema staging, intermediate, seeds to causeloop_api;

create table app.run_scope (
    run_id       text not null,
    workspace_id uuid not null,
    excluded_by  text,
    opened_at    timestamptz not null default now(),
    primary key (run_id, workspace_id)
);
comment on table app.run_scope is
    'The workspaces a pipeline run may touch; a failing check takes its workspace out.';
grant select, insert, update, delete on app.run_scope to causeloop_pipeline;

-- A run, and the API's readiness, compare the schema with what the code expects.
grant select on app.alembic_version to causeloop_pipeline, causeloop_api;
