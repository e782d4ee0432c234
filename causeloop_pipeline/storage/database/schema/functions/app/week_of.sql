create or replace function app.week_of(day date, timezone text) returns table (
    first_day date, last_day date, since timestamptz, until timestamptz, before timestamptz
)
    language sql stable
as $$
select
    monday, monday + 6, monday::timestamp at time zone $2, (monday + 7)::timestamp at time zone $2,
    (monday - 7)::timestamp at time zone $2
from (
    select coalesce($1 - (extract(isodow from $1)::integer - 1), date_trunc('week', now() at time zone $2)::date - 7)
) as d (monday)
$$;
comment on function app.week_of(date, text) is
    'The week of a day, from Monday to Sunday, and when it and the one before begin; null: the last whole week.';
grant execute on function app.week_of to causeloop_api, causeloop_pipeline;
