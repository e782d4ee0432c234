-- A workspace with its settings and the state of its setup, for functions that run with their owner's rights: the API's
-- role itself writes in one workspace only.
create or replace function app.add_workspace(organization uuid, workspace_slug text, workspace_name text, zone text) returns uuid
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    workspace uuid;
begin
    insert into app.workspace (organization_id, slug, name, timezone)
    values (organization, workspace_slug, workspace_name, zone)
    returning workspace_id into workspace;
    insert into app.workspace_settings (workspace_id) values (workspace);
    insert into app.onboarding_state (workspace_id) values (workspace);
    return workspace;
end
$$;
revoke execute on function app.add_workspace from public;
