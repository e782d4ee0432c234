-- The one definition of what of an issue its pattern's tally counts. PostgreSQL inlines it where it reads many issues.
create or replace function detect.tally_values(i core.issue) returns table (
    severity text, service text, team text, environment text, error_type text, component text, region text
)
    language sql stable rows 1
as $$
    select
        i.severity,
        nullif(left(i.service, 300), ''),
        nullif(left(i.team, 300), ''),
        nullif(left(i.environment, 300), ''),
        nullif(left(i.error_type, 300), ''),
        nullif(left(i.attributes ->> 'component', 300), ''),
        nullif(left(i.attributes ->> 'region', 300), '')
$$;
