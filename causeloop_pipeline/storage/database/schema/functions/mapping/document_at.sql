create or replace function mapping.document_at(document jsonb, path text[]) returns text
    language sql immutable parallel safe
    return case jsonb_typeof(document #> path)
        when 'object' then (
            select mapping.trimmed(string_agg(node.text #>> '{}', ' ' order by node.position))
            from jsonb_path_query(document #> path, 'strict $.**.text') with ordinality as node (text, position)
        )
        else mapping.text_at(document, path)
    end;
comment on function mapping.document_at is 'A text, or the text nodes of an Atlassian document in order.';
grant execute on function mapping.document_at to causeloop_pipeline;
