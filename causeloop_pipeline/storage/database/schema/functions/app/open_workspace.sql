-- Another workspace of the caller's organization, which the caller owns.
create or replace function app.open_workspace(person uuid, workspace_slug text, workspace_name text, zone text) returns uuid
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    organization uuid;
    workspace uuid;
begin
    select w.organization_id into organization
    from app.membership as m join app.workspace as w using (workspace_id)
    where m.workspace_id = app.current_workspace() and m.user_id = person
        and m.role = 'owner' and m.status = 'active';
    if organization is null then
        return null;
    end if;
    workspace := app.add_workspace(organization, workspace_slug, workspace_name, zone);
    insert into app.membership (workspace_id, user_id, role) values (workspace, person, 'owner');
    return workspace;
end
$$;
revoke execute on function app.open_workspace from public;
grant execute on function app.open_workspace to causeloop_api;
