-- An owner changes plan, seats and status; the API's role itself sets the name only. `plans` are all, the lowest first.
-- Returns the code of a refusal.
create or replace function app.change_organization(change jsonb, plans text[], may_raise boolean) returns text
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    wanted app.organization;
    present app.organization;
begin
    select o.* into strict present
    from app.organization as o
    where o.organization_id = (
        select w.organization_id from app.workspace as w where w.workspace_id = app.current_workspace()
    )
    for update;
    wanted := jsonb_populate_record(present, change);
    if wanted.status <> present.status then
        if present.status_set_by = 'operator' and present.status <> 'active' then
            return 'organization_inactive';
        end if;
        wanted.status_set_by := 'owner';
    elsif present.status <> 'active' then
        return 'organization_inactive';
    end if;
    if not may_raise and (
        array_position(plans, wanted.plan) > array_position(plans, present.plan)
        or wanted.seats_total > present.seats_total
    ) then
        return 'plan_set_by_operator';
    end if;
    update app.organization
    set name = wanted.name, plan = wanted.plan, seats_total = wanted.seats_total, status = wanted.status,
        status_set_by = wanted.status_set_by
    where organization_id = present.organization_id;
    return null;
end
$$;
revoke execute on function app.change_organization from public;
grant execute on function app.change_organization to causeloop_api;
