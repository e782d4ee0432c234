-- A tenant: organization, workspace, settings, setup state and the owner, who accepts with the link's token.
create or replace function app.create_tenant(tenant jsonb, link_hash bytea) returns uuid
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    organization uuid;
    workspace uuid;
    person uuid;
begin
    insert into app.organization (slug, name, plan, seats_total)
    values (tenant ->> 'organization_slug', tenant ->> 'organization', tenant ->> 'plan', (tenant ->> 'seats')::integer)
    returning organization_id into organization;
    workspace := app.add_workspace(
        organization, tenant ->> 'workspace_slug', tenant ->> 'workspace', tenant ->> 'timezone'
    );
    insert into app.users (email) values (lower(tenant ->> 'email')) on conflict (email) do nothing;
    select user_id into strict person from app.users where email = lower(tenant ->> 'email');
    insert into app.membership (workspace_id, user_id, role, status, name)
    values (workspace, person, 'owner', 'invited', tenant ->> 'name');
    -- The operator's link, or one that goes by e-mail.
    insert into app.invitation (workspace_id, user_id, token_hash, invited_by, is_private)
    values (workspace, person, link_hash, tenant ->> 'invited_by', true);
    return workspace;
end
$$;
revoke execute on function app.create_tenant from public;
