create or replace function app.offer_password_reset(address text, link_hash bytea) returns boolean
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    person uuid;
begin
    select u.user_id into person
    from app.users as u
    where u.email = lower(address) and not app.needs_single_sign_on(u.user_id)
        and (
            exists (select from app.user_password as p where p.user_id = u.user_id)
            or u.external_id is null
            and exists (select from app.membership as m where m.user_id = u.user_id and m.status = 'active')
        );
    if person is null then
        return false;
    end if;
    insert into app.password_reset (user_id, token_hash, expires_at)
    values (person, link_hash, now() + interval '1 hour')
    on conflict (user_id) do update set token_hash = excluded.token_hash, expires_at = excluded.expires_at;
    return true;
end
$$;
revoke execute on function app.offer_password_reset from public;
grant execute on function app.offer_password_reset to causeloop_api;
