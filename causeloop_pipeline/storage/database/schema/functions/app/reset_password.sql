-- Only the person and the operator have seen the link: it proves the address.
create or replace function app.reset_password(link_hash bytea, new_hash text) returns boolean
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    person uuid;
begin
    delete from app.password_reset
    where token_hash = link_hash and expires_at > now() and not app.needs_single_sign_on(user_id)
    returning user_id into person;
    if person is null then
        return false;
    end if;
    perform app.record_for_person(person, 'password.reset');
    perform app.prove_address(person);
    insert into app.user_password (user_id, password_hash) values (person, new_hash)
    on conflict (user_id, organization_id) do update set password_hash = excluded.password_hash, changed_at = now();
    update app.session set ended_at = now(), end_reason = 'password_changed'
    where user_id = person and ended_at is null;
    return true;
end
$$;
revoke execute on function app.reset_password from public;
grant execute on function app.reset_password to causeloop_api;
