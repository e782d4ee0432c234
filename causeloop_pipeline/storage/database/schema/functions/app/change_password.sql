-- Whoever changes a password has proven the one that they had: its hash is what this compares. One that opens a single
-- organization ends the sessions there.
create or replace function app.change_password(person uuid, former_hash text, new_hash text, own_session uuid) returns boolean
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    organization uuid;
begin
    update app.user_password set password_hash = new_hash, changed_at = now()
    where user_id = person and password_hash = former_hash
    returning organization_id into organization;
    if not found then
        return false;
    end if;
    delete from app.password_reset where user_id = person;
    update app.session as s set ended_at = now(), end_reason = 'password_changed'
    from app.workspace as w
    where w.workspace_id = s.workspace_id and s.user_id = person and s.ended_at is null
        and s.session_id <> own_session and w.organization_id = coalesce(organization, w.organization_id);
    perform app.record_for_person(person, 'password.changed');
    return true;
end
$$;
revoke execute on function app.change_password from public;
grant execute on function app.change_password to causeloop_api;
