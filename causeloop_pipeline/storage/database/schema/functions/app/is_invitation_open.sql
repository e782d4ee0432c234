create or replace function app.is_invitation_open(membership app.membership) returns boolean
    language sql stable
    set search_path = pg_catalog, pg_temp
    return membership.is_provisioned or membership.accepted_at is not null
        or membership.created_at > now() - interval '7 days';
revoke execute on function app.is_invitation_open from public;
grant execute on function app.is_invitation_open to causeloop_api;
