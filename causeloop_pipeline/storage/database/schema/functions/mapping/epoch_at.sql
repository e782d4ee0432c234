create or replace function mapping.epoch_at(document jsonb, path text[], ticks numeric) returns timestamptz
    language sql immutable parallel safe
    return mapping.epoch_of(mapping.text_at(document, path), ticks);
comment on function mapping.epoch_at is 'The moment at a path, as `epoch_of` reads it.';
grant execute on function mapping.epoch_at to causeloop_pipeline;
