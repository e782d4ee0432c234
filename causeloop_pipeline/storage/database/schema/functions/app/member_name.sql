-- Runs write reports that name people, and may not read the addresses of all.
create or replace function app.member_name(workspace uuid, person uuid) returns text
    language sql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
as $$
select coalesce(u.name, u.email)
from app.membership as m
join app.users as u using (user_id)
where m.workspace_id = $1 and m.user_id = $2
    and ($1 = app.current_workspace() or $1 = any (app.scope()::uuid[]))
$$;
comment on function app.member_name(uuid, uuid) is
    'The name of a member of the workspace that a request is of, or that is in the scope of a run.';
revoke execute on function app.member_name from public;
grant execute on function app.member_name to causeloop_api, causeloop_pipeline;
