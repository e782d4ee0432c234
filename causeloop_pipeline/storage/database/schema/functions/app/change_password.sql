-- Whoever changes a password has proven the one that they had: its hash is what this compares.
create or replace function app.change_password(person uuid, former_hash text, new_hash text, own_session uuid) returns boolean
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
begin
    update app.user_password set password_hash = new_hash, changed_at = now()
    where user_id = person and password_hash = former_hash;
    if not found then
        return false;
    end if;
    delete from app.password_reset where user_id = person;
    update app.session set ended_at = now(), end_reason = 'password_changed'
    where user_id = person and ended_at is null and session_id <> own_session;
    perform app.record_for_person(person, 'password.changed');
    return true;
end
$$;
revoke execute on function app.change_password from public;
grant execute on function app.change_password to causeloop_api;
