-- What was erased is to leave a table's files and statistics at once; servers before 17 leave both to autovacuum.
create or replace function app.admit_maintenance(relation regclass) returns void
    language plpgsql
as $$
begin
    if current_setting('server_version_num')::integer >= 170000 then
        execute format('grant maintain on %s to causeloop_pipeline', relation);
    end if;
end
$$;
revoke execute on function app.admit_maintenance from public;
