-- From now on only what the person proves opens their account. Whoever invited them may have come in before them: what was
-- accepted so far needs consent again, which ends sessions and keys, and passwords of single organizations are gone.
create or replace function app.prove_address(person uuid) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    update app.users set proven_at = now() where user_id = person and proven_at is null;
    if not found then
        return;
    end if;
    perform app.record_for_person(person, 'address.proven');
    delete from app.user_password where user_id = person;
    delete from app.password_reset where user_id = person;
    update app.membership set status = 'invited', created_at = now() where user_id = person and status = 'active';
    update app.membership set accepted_at = null where user_id = person and status = 'suspended';
end
$$;
revoke execute on function app.prove_address from public;
