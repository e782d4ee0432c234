create or replace function mapping.tag_at(document jsonb, path text[], names text) returns text
    language sql immutable parallel safe
    return (
        select substring(tag, '(?i)^(?:' || names || ')[:=_/]\s*(.+)$')
        from mapping.tags(document #> path)
        where tag ~* ('^(?:' || names || ')[:=_/]\s*.')
        order by place
        limit 1
    );
comment on function mapping.tag_at is 'The value of the first tag at a path whose name matches.';
grant execute on function mapping.tag_at to causeloop_pipeline;
