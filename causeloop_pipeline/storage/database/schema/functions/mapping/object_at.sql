create or replace function mapping.object_at(document jsonb, path text[]) returns jsonb
    language sql immutable parallel safe
    return case jsonb_typeof(document #> path) when 'object' then document #> path else '{}'::jsonb end;
comment on function mapping.object_at is 'The object at a path, empty where there is none.';
grant execute on function mapping.object_at to causeloop_pipeline;
