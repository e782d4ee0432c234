-- How many rows a statement has: counted up to `exact`, then as the planner estimates.
create or replace function app.count_rows(statement text, parameters jsonb, exact integer default 10000) returns bigint
    language plpgsql
as $$
declare
    counted bigint;
    plan json;
begin
    execute format('select count(*) from (%s limit %s) as rows', statement, exact + 1) into counted using parameters;
    if counted <= exact then
        return counted;
    end if;
    execute 'explain (format json) ' || statement into plan using parameters;
    return greatest(counted, (plan -> 0 -> 'Plan' ->> 'Plan Rows')::numeric::bigint);
end
$$;
revoke execute on function app.count_rows from public;
grant execute on function app.count_rows to causeloop_api;
