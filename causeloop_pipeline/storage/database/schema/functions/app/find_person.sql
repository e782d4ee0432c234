-- The person whom an identity provider names. An address that it has verified links a person whom no provider names yet, or
-- one that is no longer trusted.
create or replace function app.find_person(issuer text, subject text, address text) returns uuid
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    person uuid;
    former text;
begin
    select user_id into person from app.users where external_id = subject and external_issuer = issuer;
    if found then
        return person;
    end if;
    -- Who was linked before issuers were stored is of the present one.
    update app.users set external_issuer = issuer where external_id = subject and external_issuer is null
    returning user_id into person;
    if found then
        return person;
    end if;
    select user_id, external_issuer into person, former from app.users
    where email = address and (external_id is null or external_issuer <> issuer)
    for update;
    if person is null then
        return null;
    end if;
    perform app.prove_address(person);
    update app.users set external_id = subject, external_issuer = issuer where user_id = person;
    if former is not null then
        update app.session set ended_at = now(), end_reason = 'identity_replaced'
        where user_id = person and method = 'oidc' and ended_at is null;
        update app.personal_key set revoked_at = now()
        where user_id = person and method = 'oidc' and revoked_at is null;
    end if;
    return person;
end
$$;
revoke execute on function app.find_person from public;
grant execute on function app.find_person to causeloop_api;
