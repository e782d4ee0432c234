-- Where a person is a member, or is invited to; an invitation ends after seven days, unless a directory keeps it or it was
-- accepted before the person had proven who they are.
create or replace function app.list_memberships(person uuid)
    returns table (
        workspace_id uuid, organization_id uuid, organization text, workspace text, role text, is_active boolean
    )
    language sql stable
    security definer
    set search_path = pg_catalog, pg_temp
begin atomic
    select w.workspace_id, w.organization_id, o.name as organization, w.name as workspace, m.role, m.status = 'active'
    from app.membership as m
    join app.workspace as w on w.workspace_id = m.workspace_id
    join app.organization as o on o.organization_id = w.organization_id
    where m.user_id = person
        and (m.status = 'active' or m.status = 'invited' and app.is_invitation_open(m))
    order by w.workspace_id;
end;
revoke execute on function app.list_memberships from public;
grant execute on function app.list_memberships to causeloop_api;
