create or replace function mapping.instant_at(document jsonb, path text[]) returns timestamptz
    language sql stable parallel safe
    return mapping.instant_of(mapping.text_at(document, path));
comment on function mapping.instant_at is 'The time in ISO 8601 at a path, as `instant_of` reads it.';
grant execute on function mapping.instant_at to causeloop_pipeline;
