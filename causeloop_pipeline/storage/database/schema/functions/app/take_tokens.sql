-- Takes several tokens at once for a caller who asks many times a second: at most `wanted`, and a sixteenth of what is
-- left, but one at least; none where there is none. Losing the last moments in a crash is harmless, so nobody waits for the
-- disk.
create or replace function app.take_tokens(workspace uuid, per_second double precision, burst double precision, wanted integer)
    returns table (taken integer, remaining double precision)
    language plpgsql
as $$
declare
    moment timestamptz := clock_timestamp();
    present double precision;
begin
    perform set_config('causeloop.workspace', workspace::text, true), set_config('synchronous_commit', 'off', true);
    loop
        select app.count_tokens(b.tokens, b.refilled_at, moment, per_second, burst) into present
        from app.rate_limit_bucket as b
        where b.workspace_id = workspace
        for update;
        exit when found;
        insert into app.rate_limit_bucket (workspace_id, tokens, refilled_at) values (workspace, burst, moment)
        on conflict (workspace_id) do nothing;
    end loop;
    taken := case when present < 1 then 0 else greatest(1, least(wanted, floor(present / 16))) end;
    remaining := present - taken;
    if taken > 0 then
        update app.rate_limit_bucket as b set tokens = remaining, refilled_at = greatest(moment, b.refilled_at)
        where b.workspace_id = workspace;
    end if;
    return next;
end
$$;
revoke execute on function app.take_tokens from public;
grant execute on function app.take_tokens to causeloop_api;
