create or replace function app.read_password_reset(link_hash bytea) returns text
    language sql stable
    security definer
    set search_path = pg_catalog, pg_temp
    return (
        select u.email
        from app.password_reset as r join app.users as u using (user_id)
        where r.token_hash = link_hash and r.expires_at > now() and not app.needs_single_sign_on(u.user_id)
    );
revoke execute on function app.read_password_reset from public;
grant execute on function app.read_password_reset to causeloop_api;
