create or replace function mapping.trimmed(value text) returns text
    language sql immutable parallel safe
    return nullif(btrim(value, E' \t\r\n'), '');
grant execute on function mapping.trimmed to causeloop_pipeline;
