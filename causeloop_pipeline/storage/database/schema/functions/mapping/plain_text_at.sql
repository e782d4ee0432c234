create or replace function mapping.plain_text_at(document jsonb, path text[]) returns text
    language sql immutable parallel safe
    return nullif(btrim(regexp_replace(
        replace(replace(replace(replace(replace(replace(
            regexp_replace(mapping.text_at(document, path), '<[^<>]*>', ' ', 'g'),
            '&nbsp;', ' '), '&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&#39;', ''''), '&amp;', '&'),
        '\s+', ' ', 'g'
    )), '');
comment on function mapping.plain_text_at is 'A text that may be HTML, without its tags.';
grant execute on function mapping.plain_text_at to causeloop_pipeline;
