create or replace function mapping.instant_of(value text) returns timestamptz
    language plpgsql stable parallel safe
as $$
begin
    if value is null or value !~ '^\d{4}-\d\d-\d\d([T ]\d\d:\d\d|$)' then
        return null;
    end if;
    value := regexp_replace(value, ':(\d\d),(\d)', ':\1.\2');
    if not (value ~ '(Z|UTC|GMT|[+-]\d\d(:?\d\d)?)$' and value ~ ':') then
        value := value || ' UTC';
    end if;
    return case when pg_input_is_valid(value, 'timestamptz') then value::timestamptz end;
end
$$;
comment on function mapping.instant_of is
    'A time in ISO 8601 with up to nine fraction digits, in UTC where it names no time zone; anything else is null.';
