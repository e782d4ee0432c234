create or replace function mapping.element_at(document jsonb, path text[], key text[], equals text, take text[]) returns text
    language sql immutable parallel safe
    return (
        select mapping.text_at(element, take)
        from mapping.elements(document #> path)
        where jsonb_typeof(element) = 'object' and mapping.text_at(element, key) = equals
        order by place
        limit 1
    );
comment on function mapping.element_at is
    'The text at `take` in the first object of a list whose text at `key` is `equals`.';
grant execute on function mapping.element_at to causeloop_pipeline;
