-- Ends what opens the workspace to a member who has not proven the address, until they do: sessions, keys and the password
-- of the organization.
create or replace function app.revoke_access(person uuid) returns void
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform from app.users where user_id = person and proven_at is null;
    if not found then
        return;
    end if;
    update app.session set ended_at = now(), end_reason = 'membership_changed'
    where workspace_id = app.current_workspace() and user_id = person and ended_at is null;
    update app.personal_key set revoked_at = now()
    where workspace_id = app.current_workspace() and user_id = person and revoked_at is null;
    delete from app.user_password as p
    using app.workspace as w
    where w.workspace_id = app.current_workspace() and p.user_id = person
        and p.organization_id = w.organization_id;
end
$$;
revoke execute on function app.revoke_access from public;
grant execute on function app.revoke_access to causeloop_api;
