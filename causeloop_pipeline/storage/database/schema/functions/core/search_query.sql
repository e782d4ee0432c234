-- What a person has typed, as a search: every word, by its beginning or its stem, so that "timeouts" finds "timeout" and the other
-- way round. Quotes and a minus before a word mean what they mean in a web search.
create or replace function core.search_query(typed text) returns tsquery
    language sql immutable parallel safe
as $$
    select case
        when typed ~ '"|(^|\s)-\w' then websearch_to_tsquery('simple', typed)
        else coalesce((
            select string_agg('(' || concat_ws(' | ', nullif(by_beginning::text, ''), nullif(by_stem::text, '')) || ')', ' & ')
            from regexp_matches(typed, '\S+', 'g') as split (words)
            cross join lateral (select words[1] as word) as each_word
            cross join lateral (
                select
                    to_tsquery('simple', '''' || replace(replace(word, '\', '\\'), '''', '''''') || ''':*') as by_beginning,
                    case when word ~ '^[[:alpha:]]{3,}$'
                        then to_tsquery('simple', (ts_lexize('pg_catalog.english_stem', lower(word)))[1] || ':*')
                    end as by_stem
            ) as word_query
            where by_beginning::text <> ''
        ), '')::tsquery
    end
$$;
