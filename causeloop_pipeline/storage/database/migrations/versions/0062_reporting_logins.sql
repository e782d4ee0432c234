-- PostgreSQL shows every login the names of all others, and a name contained the id of its workspace. Names are random now, and a
-- table says which workspace a login reads. It sees the row that names itself; nothing that a client can set chooses it.
create table app.reporting_login (
    workspace_id uuid primary key references app.workspace on delete cascade,
    login        text not null,
    granted_at   timestamptz not null default now()
);
comment on table app.reporting_login is 'The login of BI tools for a workspace, a role of the server; without this row it reads nothing.';

insert into app.reporting_login (workspace_id, login)
select w.workspace_id, r.rolname
from pg_roles as r
join app.workspace as w on r.rolname = 'causeloop_bi_' || replace(w.workspace_id::text, '-', '');

select app.isolate('app.reporting_login');
revoke insert, update on app.reporting_login from causeloop_pipeline;
revoke select on app.reporting_login from causeloop_api;

create or replace function app.reporting_workspace() returns uuid
    language sql stable parallel safe
    return (select l.workspace_id from app.reporting_login as l where l.login = current_user::text);

create or replace function app.admit_reporting() returns void
    language plpgsql
as $$
declare
    used record;
begin
    if not exists (select from pg_roles where rolname = 'causeloop_reporting') then
        return;
    end if;
    for used in
        select d.refobjid::regclass as relation, string_agg(distinct quote_ident(a.attname), ', ') as columns
        from pg_class as v
        join pg_rewrite as r on r.ev_class = v.oid
        join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
            and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0 and d.refobjid <> v.oid
        join pg_attribute as a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
        where v.relnamespace = 'reporting'::regnamespace
        group by d.refobjid
    loop
        execute format('drop policy if exists "a login for BI reads its own workspace" on %s', used.relation);
        execute format(
            'create policy "a login for BI reads its own workspace" on %s for select to causeloop_reporting
                 using (workspace_id = (select app.reporting_workspace()))', used.relation);
        execute format('revoke all on %s from causeloop_reporting', used.relation);
        execute format('grant select (%s) on %s to causeloop_reporting', used.columns, used.relation);
    end loop;
    drop policy if exists "a login for BI finds its own workspace" on app.reporting_login;
    create policy "a login for BI finds its own workspace" on app.reporting_login for select to causeloop_reporting
        using (login = current_user::text);
    grant select (workspace_id, login) on app.reporting_login to causeloop_reporting;
    grant usage on schema reporting to causeloop_reporting;
    grant select on all tables in schema reporting to causeloop_reporting;
    grant execute on function app.reporting_workspace() to causeloop_reporting;
end
$$;

select app.admit_reporting();
