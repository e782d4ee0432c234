-- Sessions and keys belong to one time as a member: who is suspended, removed or has to accept again starts over.
create or replace function app.end_access() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'UPDATE' and new.status = old.status then
        return null;
    end if;
    update app.session set ended_at = now(), end_reason = 'membership_changed'
    where workspace_id = old.workspace_id and user_id = old.user_id and ended_at is null;
    update app.personal_key set revoked_at = now()
    where workspace_id = old.workspace_id and user_id = old.user_id and revoked_at is null;
    if tg_op = 'DELETE' then
        delete from app.user_password as p
        using app.workspace as w
        where w.workspace_id = old.workspace_id and p.user_id = old.user_id
            and p.organization_id = w.organization_id
            and not exists (
                select from app.membership as m join app.workspace as other using (workspace_id)
                where m.user_id = old.user_id and other.organization_id = w.organization_id
            );
    end if;
    return null;
end
$$;
revoke execute on function app.end_access from public;
