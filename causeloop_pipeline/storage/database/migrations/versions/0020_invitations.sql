-- One link an invited person: a new one replaces it, and using it deletes it.
create table app.invitation (
    workspace_id uuid not null,
    user_id      uuid not null,
    token_hash   bytea not null,
    invited_by   text not null,
    expires_at   timestamptz not null default now() + interval '7 days',
    primary key (workspace_id, user_id),
    foreign key (workspace_id, user_id) references app.membership on delete cascade
);
comment on table app.invitation is 'Hashes of the links that invited people accept with.';
select app.isolate('app.invitation');
create policy "the owner provisions invitations" on app.invitation to causeloop_owner using (true) with check (true);
revoke all on app.invitation from causeloop_pipeline;
grant insert, update, delete on app.invitation to causeloop_api;

-- A first password is set with an invitation's token; an existing one is never overwritten that way.
create policy "an invited person sets a first password" on app.user_password for insert to causeloop_api
    with check (exists (
        select from app.invitation as i join app.users as u using (user_id)
        where i.user_id = user_password.user_id and u.external_id is null and i.expires_at > now()
            and encode(i.token_hash, 'hex') = (select app.claimed_text('invitation'))
    ));
grant insert (user_id, password_hash) on app.user_password to causeloop_api;
grant delete on app.membership to causeloop_api;

-- The link that `causeloop up` prints while there is no organization yet.
create table app.setup_link (
    token_hash bytea primary key,
    expires_at timestamptz not null
);
comment on table app.setup_link is 'Hashes of links that may create an organization; only the owner reads them.';

-- An organization's own name may be changed; seats, plan and status follow from elsewhere.
create or replace function app.refuse_to_set_seats() returns trigger
    language plpgsql
as $$
begin
    if current_user = 'causeloop_api' and pg_trigger_depth() < 2 and new.seats_taken <> old.seats_taken then
        raise insufficient_privilege using message = 'seats_taken changes only with memberships';
    end if;
    return new;
end
$$;
grant update (name) on app.organization to causeloop_api;

-- The functions below run with their owner's rights: the API's role itself writes in one workspace only.
create function app.add_workspace(organization uuid, workspace_slug text, workspace_name text, zone text) returns uuid
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

-- A tenant: organization, workspace, settings, setup state and the owner, who accepts with the link's token.
create function app.create_tenant(tenant jsonb, link_hash bytea) returns uuid
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
    insert into app.invitation (workspace_id, user_id, token_hash, invited_by)
    values (workspace, person, link_hash, tenant ->> 'invited_by');
    return workspace;
end
$$;

-- Self-service: with a setup link, which is used up, or where the installation allows it.
create function app.sign_up(tenant jsonb, link_hash bytea, setup_hash bytea) returns uuid
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
begin
    if setup_hash is not null then
        delete from app.setup_link where token_hash = setup_hash and expires_at > now();
        if not found then
            return null;
        end if;
        return app.create_tenant(
            tenant || jsonb_build_object('plan', 'enterprise', 'seats', 50, 'invited_by', 'first start'), link_hash
        );
    end if;
    return app.create_tenant(
        tenant || jsonb_build_object('plan', 'free', 'seats', 5, 'invited_by', 'self-service'), link_hash
    );
end
$$;

-- Another workspace of the caller's organization, which the caller owns.
create function app.open_workspace(person uuid, workspace_slug text, workspace_name text, zone text) returns uuid
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

revoke execute on function app.add_workspace, app.create_tenant, app.sign_up, app.open_workspace from public;
grant execute on function app.sign_up, app.open_workspace to causeloop_api;
