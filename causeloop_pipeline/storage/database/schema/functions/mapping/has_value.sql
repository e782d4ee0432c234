create or replace function mapping.has_value(document jsonb, path text[]) returns boolean
    language sql immutable parallel safe
    return coalesce(jsonb_typeof(document #> path) <> 'null', false);
comment on function mapping.has_value is 'Whether there is anything but null at a path.';
grant execute on function mapping.has_value to causeloop_pipeline;
