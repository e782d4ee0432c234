-- Takes one token from a workspace's bucket. Losing the last moments in a crash is harmless, so nobody waits for the disk.
create or replace function app.take_token(workspace uuid, per_second double precision, burst double precision)
    returns table (allowed boolean, remaining double precision)
    language plpgsql
as $$
declare
    moment timestamptz := clock_timestamp();
begin
    perform set_config('causeloop.workspace', workspace::text, true), set_config('synchronous_commit', 'off', true);
    insert into app.rate_limit_bucket as b (workspace_id, tokens, refilled_at)
    values (workspace, burst - 1, moment)
    on conflict (workspace_id) do update
        set tokens = least(burst, b.tokens + greatest(extract(epoch from moment - b.refilled_at), 0) * per_second) - 1,
            refilled_at = greatest(moment, b.refilled_at)
        where least(burst, b.tokens + greatest(extract(epoch from moment - b.refilled_at), 0) * per_second) >= 1
    returning b.tokens into remaining;
    allowed := found;
    if not allowed then
        select least(burst, b.tokens + greatest(extract(epoch from moment - b.refilled_at), 0) * per_second)
        into remaining
        from app.rate_limit_bucket as b
        where b.workspace_id = workspace;
    end if;
    return next;
end
$$;
revoke execute on function app.take_token from public;
grant execute on function app.take_token to causeloop_api;
