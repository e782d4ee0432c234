create or replace function mapping.pluck_at(document jsonb, path text[], key text) returns jsonb
    language sql immutable parallel safe
    return case jsonb_typeof(document #> path) when 'array' then (
        select coalesce(jsonb_agg(element -> key order by place), '[]')
        from mapping.elements(document #> path)
        where jsonb_typeof(element) = 'object' and jsonb_typeof(element -> key) <> 'null'
    ) end;
comment on function mapping.pluck_at is
    'What stands at a key of each object of a list, as a JSON list; null where there is no list.';
grant execute on function mapping.pluck_at to causeloop_pipeline;
