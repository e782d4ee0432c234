create or replace function mapping.zoned_instant_of(value text) returns timestamptz
    language plpgsql stable parallel safe
as $$
declare
    parts text[] := regexp_match(value, '^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) \(?([A-Z]{3,4})\)?$');
    hours integer := case parts[2]
        when 'UTC' then 0 when 'GMT' then 0 when 'WET' then 0 when 'BST' then 1 when 'WEST' then 1
        when 'CET' then 1 when 'CEST' then 2 when 'EET' then 2 when 'EEST' then 3 when 'MSK' then 3
        when 'SGT' then 8 when 'JST' then 9 when 'KST' then 9 when 'AEST' then 10 when 'AEDT' then 11
        when 'NZST' then 12 when 'NZDT' then 13 when 'EST' then -5 when 'EDT' then -4 when 'CST' then -6
        when 'CDT' then -5 when 'MST' then -7 when 'MDT' then -6 when 'PST' then -8 when 'PDT' then -7
        when 'AKST' then -9 when 'AKDT' then -8 when 'HST' then -10
    end;
begin
    return mapping.instant_of(parts[1]) - make_interval(hours => hours);
end
$$;
comment on function mapping.zoned_instant_of is
    'A time with the name of its zone, such as `2026-03-02 14:21:40 PDT` or `… (UTC)`; null for a zone not listed.';
grant execute on function mapping.zoned_instant_of to causeloop_pipeline;
