-- Whether all workspaces of a person require single sign-on, so that a password would be of no use.
create or replace function app.needs_single_sign_on(person uuid) returns boolean
    language sql stable
    set search_path = pg_catalog, pg_temp
    return coalesce((
        select bool_and(w.sso_enforced)
        from app.membership as m join app.workspace as w using (workspace_id)
        where m.user_id = person and m.status <> 'suspended'
    ), false);
revoke execute on function app.needs_single_sign_on from public;
