-- The day of a moment as tallies name it: its date in UTC.
create or replace function detect.day_of(moment timestamptz) returns text
    language sql stable parallel safe
    return to_char(moment at time zone 'UTC', 'YYYY-MM-DD');
