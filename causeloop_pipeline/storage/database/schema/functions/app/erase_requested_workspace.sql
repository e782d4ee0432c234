-- The pipeline deletes a workspace's rows itself; what holds tenants and people together only the owner may.
create or replace function app.erase_requested_workspace(workspace uuid) returns integer
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    organization uuid;
    people uuid[];
    erased integer;
begin
    select w.organization_id into organization
    from app.workspace as w
    where w.workspace_id = workspace and w.erase_after <= now()
    for update;
    if organization is null then
        raise insufficient_privilege using message = 'no owner requested the erasure of this workspace, or its time has not come';
    end if;
    people := array(select m.user_id from app.membership as m where m.workspace_id = workspace);
    delete from app.workspace as w where w.workspace_id = workspace;
    delete from app.user_password as p
    where p.user_id = any (people) and not exists (select from app.membership as m where m.user_id = p.user_id);
    delete from app.users as u
    where u.user_id = any (people) and not exists (select from app.membership as m where m.user_id = u.user_id);
    get diagnostics erased = row_count;
    delete from app.organization as o
    where o.organization_id = organization
        and not exists (select from app.workspace as w where w.organization_id = o.organization_id);
    return erased;
end
$$;
revoke execute on function app.erase_requested_workspace from public;
grant execute on function app.erase_requested_workspace to causeloop_pipeline;
