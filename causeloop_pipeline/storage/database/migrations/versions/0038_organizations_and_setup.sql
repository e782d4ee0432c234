-- Who set an organization's status: what the operator suspended, an owner cannot reactivate.
alter table app.organization add column status_set_by text not null default 'operator'
    check (status_set_by in ('operator', 'owner'));

-- An owner changes plan, seats and status; the API's role itself sets the name only. Returns the code of a refusal.
create function app.change_organization(change jsonb, may_raise boolean) returns text
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    plans constant text[] := '{free,starter,growth,enterprise}';
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

-- The setup's steps: what occurred counts as completed, in whatever order; the first open one is the current one.
create function app.complete_steps(workspace uuid, steps text[]) returns void
    language sql
    set search_path = pg_catalog, pg_temp
begin atomic
    update app.onboarding_state as s
    set completed_steps = s.completed_steps || array(
            select step from unnest(steps) as step where step <> all (s.completed_steps)
        ),
        skipped_steps = array(select step from unnest(s.skipped_steps) as step where step <> all (steps)),
        current_step = coalesce((
            select step
            from unnest('{create_workspace,connect_source,first_sync,invite_members,create_alert_rule}'::text[])
                with ordinality as o (step, position)
            where step <> all (s.completed_steps || s.skipped_steps || steps)
            order by position
            limit 1
        ), 'done')
    where s.workspace_id = workspace and not s.completed_steps @> steps;
end;
revoke execute on function app.complete_steps from public;
grant execute on function app.complete_steps to causeloop_api, causeloop_pipeline;

-- The earlier way of completing the first sync could list a step twice and point back at a skipped one.
update app.onboarding_state as s
set completed_steps = array(
        select step from unnest(s.completed_steps) with ordinality as o (step, position)
        group by step order by min(position)
    ),
    current_step = coalesce((
        select step
        from unnest('{create_workspace,connect_source,first_sync,invite_members,create_alert_rule}'::text[])
            with ordinality as o (step, position)
        where step <> all (s.completed_steps || s.skipped_steps)
        order by position
        limit 1
    ), 'done');

-- Only the person makes a membership active for the first time: whoever has not accepted is invited again.
alter table app.membership add column accepted_at timestamptz;
comment on column app.membership.accepted_at is 'When the membership first became active; null: never.';
update app.membership set accepted_at = created_at where status = 'active';
update app.membership as m set accepted_at = m.created_at
where m.status = 'suspended' and (
    exists (select from app.user_password as p where p.user_id = m.user_id)
    or exists (select from app.users as u where u.user_id = m.user_id and u.external_id is not null)
);
create function app.note_acceptance() returns trigger
    language plpgsql
as $$
begin
    if new.status = 'active' then
        new.accepted_at := coalesce(new.accepted_at, now());
    end if;
    return new;
end
$$;
create trigger note_acceptance before insert or update of status on app.membership
    for each row execute function app.note_acceptance();
