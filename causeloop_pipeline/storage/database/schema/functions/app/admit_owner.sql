-- Erasing and importing a workspace touches every table. The owner sees the rows of the workspaces that its
-- transaction names in causeloop.scope; without a scope it sees none.
create or replace function app.admit_owner(relation regclass) returns void
    language plpgsql
as $$
begin
    execute format(
        'create policy "the owner sees the workspaces in its scope" on %s to causeloop_owner
             using (workspace_id = any ((select app.scope())::uuid[]))
             with check (workspace_id = any ((select app.scope())::uuid[]))', relation);
end
$$;
revoke execute on function app.admit_owner from public;
