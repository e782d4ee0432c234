-- What PostgreSQL 18 has in pg_catalog, for servers before it: time first, and in one session each greater than the one before.
create or replace function app.uuidv7(shift interval default interval '0') returns uuid
    language plpgsql
as $$
declare
    -- 4096ths of a millisecond: 48 bits of milliseconds and 12 of their fraction, as RFC 9562 has them.
    per_second constant bigint := 4096000;
    clock timestamptz := clock_timestamp();
    tick bigint := greatest(
        floor(extract(epoch from clock) * per_second)::bigint,
        coalesce(nullif(current_setting('causeloop.uuid_tick', true), '')::bigint, 0) + 1);
begin
    perform set_config('causeloop.uuid_tick', tick::text, false);
    tick := tick + (extract(epoch from (clock + shift) - clock) * per_second)::bigint;
    return (lpad(to_hex(tick / 4096), 12, '0') || '7' || lpad(to_hex(tick % 4096), 3, '0')
        || substr(gen_random_uuid()::text, 20))::uuid;
end
$$;
comment on function app.uuidv7 is 'A UUID of version 7, as pg_catalog.uuidv7 of PostgreSQL 18 gives it.';
revoke execute on function app.uuidv7 from public;
grant execute on function app.uuidv7 to causeloop_pipeline, causeloop_api;
