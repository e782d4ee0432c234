-- What a bucket holds at a moment.
create or replace function app.count_tokens(
    tokens double precision, refilled_at timestamptz, moment timestamptz, per_second double precision, burst double precision
) returns double precision
    language sql
    immutable
    return least(burst, tokens + greatest(extract(epoch from moment - refilled_at), 0) * per_second);
revoke execute on function app.count_tokens from public;
grant execute on function app.count_tokens to causeloop_api;
