create schema raw;
create schema core;
create schema detect;
create schema predict;
create schema act;
create schema notify;

-- dbt owns its views and seeds, in schemas of their own.
create schema staging;
create schema intermediate;
create schema seeds;
grant usage, create on schema staging, intermediate, seeds to causeloop_pipeline;
grant usage on schema app, raw, core, detect, predict, act, notify to causeloop_pipeline, causeloop_api;

-- The API serves one workspace at a time. After a commit a local setting is '', not null.
create function app.current_workspace() returns uuid
    language sql stable parallel safe
    return nullif(current_setting('causeloop.workspace', true), '')::uuid;

-- What a request presents to find its own row before its workspace is known.
create function app.presented(what text) returns uuid
    language sql stable parallel safe
    return nullif(current_setting('causeloop.' || what, true), '')::uuid;

create table app.run_scope (
    run_id       text not null,
    workspace_id uuid not null,
    excluded_by  text,
    primary key (run_id, workspace_id)
);
comment on table app.run_scope is 'The workspaces a pipeline run may touch; a failing check takes its workspace out.';
grant select, insert, update, delete on app.run_scope to causeloop_pipeline;

-- A session's own list wins; a run (dbt can only carry its id) reads the table; otherwise nothing is visible.
create function app.scope() returns uuid[]
    language sql stable parallel safe
    return coalesce(
        nullif(current_setting('causeloop.scope', true), '')::uuid[],
        (
            select array_agg(workspace_id)
            from app.run_scope
            where run_id = nullif(current_setting('causeloop.run', true), '') and excluded_by is null
        ),
        '{}'
    );

create function app.isolate(relation regclass) returns void
    language plpgsql
as $$
begin
    execute format('alter table %s enable row level security', relation);
    execute format('alter table %s force row level security', relation);
    execute format(
        'create policy "a request sees its own workspace" on %s to causeloop_api
             using (workspace_id = (select app.current_workspace()))
             with check (workspace_id = (select app.current_workspace()))', relation);
    execute format(
        'create policy "a run sees the workspaces in its scope" on %s to causeloop_pipeline
             using (workspace_id = any ((select app.scope())::uuid[]))
             with check (workspace_id = any ((select app.scope())::uuid[]))', relation);
    execute format('grant select on %s to causeloop_api', relation);
    execute format('grant select, insert, update, delete on %s to causeloop_pipeline', relation);
end
$$;

create function app.touch() returns trigger
    language plpgsql
as $$
begin
    new.updated_at := now();
    return new;
end
$$;
