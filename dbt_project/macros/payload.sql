{# What stands at a dotted path of a payload, as trimmed text; nothing, an empty text and null are all null. #}
{% macro text_at(path, document='payload') -%}
    nullif(btrim({{ document }} #>> '{{ "{" ~ path.replace(".", ",") ~ "}" }}', E' \t\r\n'), '')
{%- endmacro %}


{# What stands at a dotted path, as it is. #}
{% macro value_at(path) -%}
    payload #> '{{ "{" ~ path.replace(".", ",") ~ "}" }}'
{%- endmacro %}


{# A moment in ISO 8601 with up to nine fraction digits; without a zone it is UTC, anything else is null. #}
{% macro instant_at(path) -%}
    {%- set text = text_at(path) -%}
    case
        when {{ text }} ~ '^\d{4}-\d\d-\d\d([T ]\d\d:\d\d|$)' and pg_input_is_valid({{ text }}, 'timestamptz')
            then ({{ text }} || case when {{ text }} ~ '(Z|[+-]\d\d(:?\d\d)?)$' and {{ text }} ~ ':' then '' else ' UTC' end)::timestamptz
    end
{%- endmacro %}


{# A moment as a count since 1970 in seconds, milli-, micro- or nanoseconds, told by its size; -1 and 0 are null. #}
{% macro epoch_at(path) -%}
    {%- set text = text_at(path) -%}
    case
        when {{ text }} !~ '^\d{1,19}(\.\d+)?$' or ({{ text }})::numeric = 0 then null
        when ({{ text }})::numeric < 1e11 then to_timestamp(({{ text }})::numeric)
        when ({{ text }})::numeric < 1e14 then to_timestamp(({{ text }})::numeric / 1e3)
        when ({{ text }})::numeric < 1e17 then to_timestamp(({{ text }})::numeric / 1e6)
        else to_timestamp(({{ text }})::numeric / 1e9)
    end
{%- endmacro %}


{# A text that may be Atlassian's document tree: its text nodes in order. #}
{% macro document_at(path) -%}
    case jsonb_typeof({{ value_at(path) }})
        when 'object' then (
            select nullif(string_agg(node.words #>> '{}', ' ' order by node.place), '')
            from jsonb_path_query({{ value_at(path) }}, 'strict $.**.text') with ordinality as node (words, place)
        )
        else {{ text_at(path) }}
    end
{%- endmacro %}


{# The value of the first tag `name:value` (or `name_value`, `name=value`, `name/value`) in a list of texts. #}
{% macro tagged(tags, name) -%}
    (
        select substring(tag.words, '(?i)^(?:{{ name }})[:=_/]\s*(.+)$')
        from jsonb_array_elements_text(case jsonb_typeof({{ tags }}) when 'array' then {{ tags }} else '[]' end)
            with ordinality as tag (words, place)
        where tag.words ~* '^(?:{{ name }})[:=_/]\s*.'
        order by tag.place
        limit 1
    )
{%- endmacro %}


{# The first label that names a severity, such as `P1`, `sev-2`, `severity: high` or `priority/critical`. #}
{% macro labelled_severity(labels) -%}
    (
        select substring(label.name, '(?i)(p[0-5]|sev-?[0-5]|blocker|critical|urgent|high|medium|low)$')
        from jsonb_array_elements_text({{ labels }}) with ordinality as label (name, place)
        where label.name ~* '^((severity|priority|sev|prio)[\s:=/_-]+)?(p[0-5]|sev-?[0-5]|blocker|critical|urgent|high|medium|low)$'
        order by label.place
        limit 1
    )
{%- endmacro %}


{# The free keys of an issue; those without a value are left out. #}
{% macro attributes(named) -%}
    jsonb_strip_nulls(jsonb_build_object(
        {%- for name, expression in named.items() %}
        '{{ name }}', {{ expression }}{{ ',' if not loop.last }}
        {%- endfor %}
    ))
{%- endmacro %}
