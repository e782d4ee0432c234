create or replace function mapping.text_at(document jsonb, path text[]) returns text
    language sql immutable parallel safe
    return nullif(btrim(document #>> path, E' \t\r\n'), '');
comment on function mapping.text_at is
    'The value at a path as trimmed text; null when it is missing, null or empty.';
grant execute on function mapping.text_at to causeloop_pipeline;
