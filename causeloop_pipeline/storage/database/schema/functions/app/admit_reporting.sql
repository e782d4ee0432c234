-- Roles are made by the server's administrator, maybe later than this: whoever has made them calls it again.
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
comment on function app.admit_reporting is
    'Lets logins for BI read what the views of reporting are made of, and nothing else.';
revoke execute on function app.admit_reporting from public;
