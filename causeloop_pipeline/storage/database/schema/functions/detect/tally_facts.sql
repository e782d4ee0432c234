-- The one definition of what of an issue its pattern's tally counts.
create or replace function detect.tally_facts(i core.issue) returns jsonb
    language sql stable
    return jsonb_strip_nulls(jsonb_build_object(
        'day', to_char(i.source_created_at at time zone 'UTC', 'YYYY-MM-DD'),
        'severity', i.severity,
        'service', nullif(left(i.service, 300), ''),
        'team', nullif(left(i.team, 300), ''),
        'environment', nullif(left(i.environment, 300), ''),
        'error_type', nullif(left(i.error_type, 300), ''),
        'component', nullif(left(i.attributes ->> 'component', 300), ''),
        'region', nullif(left(i.attributes ->> 'region', 300), '')
    ));
