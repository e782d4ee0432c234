-- Erasing and importing a workspace touches every table. The owner sees the rows of the workspaces that its
-- transaction names in causeloop.scope; without a scope it sees none, as before.
create function app.admit_owner(relation regclass) returns void
    language plpgsql
as $$
begin
    execute format(
        'create policy "the owner sees the workspaces in its scope" on %s to causeloop_owner
             using (workspace_id = any ((select app.scope())::uuid[]))
             with check (workspace_id = any ((select app.scope())::uuid[]))', relation);
end
$$;

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
    execute format('grant select, insert, update, delete, maintain on %s to causeloop_pipeline', relation);
end
$$;
revoke execute on function app.admit_owner, app.isolate from public;

select app.admit_owner(c.oid::regclass)
from pg_class as c
join pg_attribute as a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
where c.relkind in ('r', 'p') and c.relrowsecurity and c.oid <> 'app.workspace'::regclass
    and pg_get_userbyid(c.relowner) = 'causeloop_owner';
