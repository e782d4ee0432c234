create or replace function mapping.elements(list jsonb) returns table (element jsonb, place bigint)
    language sql immutable parallel safe
begin atomic
    select listed.element, listed.place
    from jsonb_array_elements(case jsonb_typeof(list) when 'array' then list else '[]' end)
        with ordinality as listed (element, place);
end;
comment on function mapping.elements is 'The elements of a list with their places; none where there is no list.';
grant execute on function mapping.elements to causeloop_pipeline;
