create or replace function app.isolate(relation regclass) returns void
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
    perform app.admit_owner(relation);
    execute format('grant select on %s to causeloop_api', relation);
    execute format('grant select, insert, update, delete on %s to causeloop_pipeline', relation);
    perform app.admit_maintenance(relation);
end
$$;
revoke execute on function app.isolate from public;
