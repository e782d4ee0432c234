-- Statistics belong to a table's owner; from PostgreSQL 17 on the right could be granted, but it allows to lock and rewrite too.
create or replace function app.analyze_table(relation regclass, is_locked_skipped boolean default false) returns void
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
begin
    execute format('analyze (skip_locked %s) %s', is_locked_skipped::text, relation);
end
$$;
comment on function app.analyze_table is
    'Brings the planner''s statistics of one table up to date, and returns nothing of it.';
revoke execute on function app.analyze_table from public;
grant execute on function app.analyze_table to causeloop_pipeline;
