-- Takes several tokens at once for a caller who asks many times a second: at most `wanted`, and a sixteenth of what is
-- left, but one at least; none where there is none. Losing the last moments in a crash is harmless, so nobody waits for the
-- disk.
create or replace function app.take_tokens(workspace uuid, per_second double precision, burst double precision, wanted integer)
    returns table (taken integer, remaining double precision)
    language plpgsql
as $$
declare
    moment timestamptz := clock_timestamp();
begin
    perform set_config('causeloop.workspace', workspace::text, true), set_config('synchronous_commit', 'off', true);
    insert into app.rate_limit_bucket as b (workspace_id, tokens, refilled_at)
    values (workspace, burst - 1, moment)
    on conflict (workspace_id) do update
        set tokens = app.count_tokens(b.tokens, b.refilled_at, moment, per_second, burst)
                - greatest(1, least(wanted, floor(
                      app.count_tokens(b.tokens, b.refilled_at, moment, per_second, burst) / 16))),
            refilled_at = greatest(moment, b.refilled_at)
        where app.count_tokens(b.tokens, b.refilled_at, moment, per_second, burst) >= 1
    returning
        coalesce(round(app.count_tokens(old.tokens, old.refilled_at, moment, per_second, burst) - new.tokens), 1),
        new.tokens
    into taken, remaining;
    if not found then
        taken := 0;
        select app.count_tokens(b.tokens, b.refilled_at, moment, per_second, burst) into remaining
        from app.rate_limit_bucket as b
        where b.workspace_id = workspace;
    end if;
    return next;
end
$$;
revoke execute on function app.take_tokens from public;
grant execute on function app.take_tokens to causeloop_api;
