create or replace function mapping.payload_keys(document jsonb) returns text
    language sql immutable parallel safe
    return (
        select string_agg(key, ', ' order by key collate "C")
        from (
            select key from jsonb_object_keys(document) as keys (key) order by key collate "C" limit 8
        ) as first_keys
    );
comment on function mapping.payload_keys is
    'The first keys of a payload, by which people recognize a variant that no mapping knows.';
grant execute on function mapping.payload_keys to causeloop_pipeline;
