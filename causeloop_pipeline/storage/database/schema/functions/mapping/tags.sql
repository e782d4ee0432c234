create or replace function mapping.tags(tags jsonb) returns table (tag text, place bigint)
    language sql immutable parallel safe
begin atomic
    select
        case jsonb_typeof(element)
            when 'object' then
                mapping.first_text(element, '{key,Key,name,Name,title}')
                || coalesce(':' || mapping.first_text(element, '{value,Value}'), '')
            else mapping.trimmed(element #>> '{}')
        end,
        elements.place
    from mapping.elements(tags) as elements
    union all
    select
        name || ':' || mapping.trimmed(value #>> '{}'),
        row_number() over (order by name collate "C")
    from jsonb_each(case jsonb_typeof(tags) when 'object' then tags else '{}' end) as pair (name, value)
    union all
    select btrim(part), parts.place
    from string_to_table(case jsonb_typeof(tags) when 'string' then tags #>> '{}' end, ',')
        with ordinality as parts (part, place);
end;
comment on function mapping.tags is
    'Every tag: texts, objects with key (or name) and value, an object, or one text with commas.';
grant execute on function mapping.tags to causeloop_pipeline;
