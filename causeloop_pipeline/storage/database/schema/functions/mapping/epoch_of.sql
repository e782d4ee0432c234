create or replace function mapping.epoch_of(value text, ticks numeric) returns timestamptz
    language plpgsql immutable parallel safe
as $$
declare
    count numeric;
begin
    if value is null or value !~ '^\d{1,19}(\.\d+)?$' then
        return null;
    end if;
    count := value::numeric;
    if count <= 0 or count > 253402300799 * ticks then
        return null;
    end if;
    return to_timestamp(0) + trunc(count * 1000000 / ticks)::bigint * interval '1 microsecond';
end
$$;
comment on function mapping.epoch_of is
    'A moment as a count since 1970, in ticks of a second; 0 and -1 stand for "none yet".';
grant execute on function mapping.epoch_of to causeloop_pipeline;
