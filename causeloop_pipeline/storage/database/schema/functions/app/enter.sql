create or replace function app.enter(workspace uuid) returns table (workspace_id uuid)
    language plpgsql
as $$
begin
    perform set_config('causeloop.workspace', workspace::text, true);
    workspace_id := workspace;
    return next;
end
$$;
comment on function app.enter is
    'Confines the rest of a statement to one workspace. PostgreSQL plans such a statement once, one in a text each time.';
revoke execute on function app.enter from public;
grant execute on function app.enter to causeloop_api;
