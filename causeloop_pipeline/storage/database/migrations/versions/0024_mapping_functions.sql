-- What an expression of a mapping means in SQL; `connectors/mapping/evaluate.py` means the same in Python.
-- The staging models call these, so that dbt has nothing to expand and PostgreSQL little to parse.
create schema mapping;
grant usage on schema mapping to causeloop_pipeline;

create function mapping.trimmed(value text) returns text
    language sql immutable parallel safe
    return nullif(btrim(value, E' \t\r\n'), '');

create function mapping.text_at(document jsonb, path text[]) returns text
    language sql immutable parallel safe
    return nullif(btrim(document #>> path, E' \t\r\n'), '');
comment on function mapping.text_at is
    'The value at a path as trimmed text; null when it is missing, null or empty.';

create function mapping.has_value(document jsonb, path text[]) returns boolean
    language sql immutable parallel safe
    return coalesce(jsonb_typeof(document #> path) <> 'null', false);
comment on function mapping.has_value is 'Whether there is anything but null at a path.';

create function mapping.object_at(document jsonb, path text[]) returns jsonb
    language sql immutable parallel safe
    return case jsonb_typeof(document #> path) when 'object' then document #> path else '{}'::jsonb end;
comment on function mapping.object_at is 'The object at a path, empty where there is none.';

create function mapping.payload_keys(document jsonb) returns text
    language sql immutable parallel safe
    return (
        select string_agg(key, ', ' order by key collate "C")
        from (
            select key from jsonb_object_keys(document) as keys (key) order by key collate "C" limit 8
        ) as first_keys
    );
comment on function mapping.payload_keys is
    'The first keys of a payload, by which people recognize a variant that no mapping knows.';

create function mapping.instant_of(value text) returns timestamptz
    language plpgsql stable parallel safe
as $$
begin
    if value is null or value !~ '^\d{4}-\d\d-\d\d([T ]\d\d:\d\d|$)' then
        return null;
    end if;
    if not (value ~ '(Z|[+-]\d\d(:?\d\d)?)$' and value ~ ':') then
        value := value || ' UTC';
    end if;
    return case when pg_input_is_valid(value, 'timestamptz') then value::timestamptz end;
end
$$;
comment on function mapping.instant_of is
    'A time in ISO 8601 with up to nine fraction digits; without a time zone it is UTC, anything else is null.';

create function mapping.epoch_of(value text, ticks numeric) returns timestamptz
    language plpgsql immutable parallel safe
as $$
declare
    count numeric;
begin
    if value is null or value !~ '^\d{1,19}(\.\d+)?$' then
        return null;
    end if;
    count := value::numeric;
    if count <= 0 or count > 253402300799 * ticks then
        return null;
    end if;
    return to_timestamp(0) + trunc(count * 1000000 / ticks)::bigint * interval '1 microsecond';
end
$$;
comment on function mapping.epoch_of is
    'A moment as a count since 1970, in ticks of a second; 0 and -1 stand for "none yet".';

create function mapping.instant_at(document jsonb, path text[]) returns timestamptz
    language sql stable parallel safe
    return mapping.instant_of(mapping.text_at(document, path));
comment on function mapping.instant_at is 'The time in ISO 8601 at a path, as `instant_of` reads it.';

create function mapping.epoch_at(document jsonb, path text[], ticks numeric) returns timestamptz
    language sql immutable parallel safe
    return mapping.epoch_of(mapping.text_at(document, path), ticks);
comment on function mapping.epoch_at is 'The moment at a path, as `epoch_of` reads it.';

create function mapping.plain_text_at(document jsonb, path text[]) returns text
    language sql immutable parallel safe
    return nullif(btrim(regexp_replace(
        replace(replace(replace(replace(replace(replace(
            regexp_replace(mapping.text_at(document, path), '<[^<>]*>', ' ', 'g'),
            '&nbsp;', ' '), '&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&#39;', ''''), '&amp;', '&'),
        '\s+', ' ', 'g'
    )), '');
comment on function mapping.plain_text_at is 'A text that may be HTML, without its tags.';

create function mapping.document_at(document jsonb, path text[]) returns text
    language sql immutable parallel safe
    return case jsonb_typeof(document #> path)
        when 'object' then (
            select mapping.trimmed(string_agg(node.text #>> '{}', ' ' order by node.position))
            from jsonb_path_query(document #> path, 'strict $.**.text') with ordinality as node (text, position)
        )
        else mapping.text_at(document, path)
    end;
comment on function mapping.document_at is 'A text, or the text nodes of an Atlassian document in order.';

create function mapping.elements(list jsonb) returns table (element jsonb, place bigint)
    language sql immutable parallel safe
begin atomic
    select listed.element, listed.place
    from jsonb_array_elements(case jsonb_typeof(list) when 'array' then list else '[]' end)
        with ordinality as listed (element, place);
end;
comment on function mapping.elements is 'The elements of a list with their places; none where there is no list.';

create function mapping.first_text(document jsonb, keys text[]) returns text
    language sql immutable parallel safe
    return (
        select mapping.trimmed(document ->> key)
        from unnest(keys) with ordinality as named (key, place)
        where mapping.trimmed(document ->> key) is not null
        order by place
        limit 1
    );
comment on function mapping.first_text is 'The text at the first key of an object that has one.';

create function mapping.tags(tags jsonb) returns table (tag text, place bigint)
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

create function mapping.tag_at(document jsonb, path text[], names text) returns text
    language sql immutable parallel safe
    return (
        select substring(tag, '(?i)^(?:' || names || ')[:=_/]\s*(.+)$')
        from mapping.tags(document #> path)
        where tag ~* ('^(?:' || names || ')[:=_/]\s*.')
        order by place
        limit 1
    );
comment on function mapping.tag_at is 'The value of the first tag at a path whose name matches.';

create function mapping.severity_label_at(document jsonb, path text[]) returns text
    language sql immutable parallel safe
    return (
        select substring(tag, '(?i)(p[0-5]|sev-?[0-5]|blocker|critical|urgent|high|medium|low)$')
        from mapping.tags(document #> path)
        where tag ~* '^((severity|priority|sev|prio)[\s:=/_-]+)?(p[0-5]|sev-?[0-5]|blocker|critical|urgent|high|medium|low)$'
        order by place
        limit 1
    );
comment on function mapping.severity_label_at is
    'The first label at a path that names a severity, such as P1, sev-2 or severity: high.';

create function mapping.element_at(document jsonb, path text[], key text[], equals text, take text[]) returns text
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

create function mapping.pluck_at(document jsonb, path text[], key text) returns jsonb
    language sql immutable parallel safe
    return case jsonb_typeof(document #> path) when 'array' then (
        select coalesce(jsonb_agg(element -> key order by place), '[]')
        from mapping.elements(document #> path)
        where jsonb_typeof(element) = 'object' and jsonb_typeof(element -> key) <> 'null'
    ) end;
comment on function mapping.pluck_at is
    'What stands at a key of each object of a list, as a JSON list; null where there is no list.';
