{# The value at a dotted path of a payload, as trimmed text; null when it is missing, null or empty. #}
{% macro text_at(path, document='payload') -%}
    nullif(btrim({{ document }} #>> {{ json_path(path) }}, E' \t\r\n'), '')
{%- endmacro %}


{# The value at a dotted path of a payload, as JSON. #}
{% macro value_at(path) -%}
    payload #> {{ json_path(path) }}
{%- endmacro %}


{# A time in ISO 8601 with up to nine fraction digits; without a time zone it is UTC, anything else is null. #}
{% macro instant_at(path) -%}
    {%- set text = text_at(path) -%}
    case
        when {{ text }} ~ '^\d{4}-\d\d-\d\d([T ]\d\d:\d\d|$)' and pg_input_is_valid({{ text }} || case when {{ text }} ~ '(Z|[+-]\d\d(:?\d\d)?)$' and {{ text }} ~ ':' then '' else ' UTC' end, 'timestamptz')
            then ({{ text }} || case when {{ text }} ~ '(Z|[+-]\d\d(:?\d\d)?)$' and {{ text }} ~ ':' then '' else ' UTC' end)::timestamptz
    end
{%- endmacro %}


{# A text, or the text nodes of an Atlassian document in order. #}
{% macro document_at(path) -%}
    case jsonb_typeof({{ value_at(path) }})
        when 'object' then (
            select nullif(string_agg(node.text #>> '{}', ' ' order by node.position), '')
            from jsonb_path_query({{ value_at(path) }}, 'strict $.**.text') with ordinality as node (text, position)
        )
        else {{ text_at(path) }}
    end
{%- endmacro %}
