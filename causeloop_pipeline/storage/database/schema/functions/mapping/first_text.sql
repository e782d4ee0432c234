create or replace function mapping.first_text(document jsonb, keys text[]) returns text
    language sql immutable parallel safe
    return (
        select mapping.trimmed(document ->> key)
        from unnest(keys) with ordinality as named (key, place)
        where mapping.trimmed(document ->> key) is not null
        order by place
        limit 1
    );
comment on function mapping.first_text is 'The text at the first key of an object that has one.';
grant execute on function mapping.first_text to causeloop_pipeline;
