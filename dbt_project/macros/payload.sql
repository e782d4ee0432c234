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
        when {{ text }} ~ '^\d{4}-\d\d-\d\d([T ]\d\d:\d\d|$)' and pg_input_is_valid({{ text }}, 'timestamptz')
            then ({{ text }} || case when {{ text }} ~ '(Z|[+-]\d\d(:?\d\d)?)$' and {{ text }} ~ ':' then '' else ' UTC' end)::timestamptz
    end
{%- endmacro %}


{# A time as seconds, milli-, micro- or nanoseconds since 1970, by the size of the number; 0 and less is null. #}
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


{# The value of the first tag `name:value` (or `name_value`, `name=value`, `name/value`) in a list of texts. #}
{% macro tag_value(tags, name) -%}
    (
        select substring(tag.text, '(?i)^(?:{{ name }})[:=_/]\s*(.+)$')
        from jsonb_array_elements_text(case jsonb_typeof({{ tags }}) when 'array' then {{ tags }} else '[]' end)
            with ordinality as tag (text, position)
        where tag.text ~* '^(?:{{ name }})[:=_/]\s*.'
        order by tag.position
        limit 1
    )
{%- endmacro %}


{# The first label that names a severity, such as `P1`, `sev-2`, `severity: high` or `priority/critical`. #}
{% macro labelled_severity(labels) -%}
    (
        select substring(label.name, '(?i)(p[0-5]|sev-?[0-5]|blocker|critical|urgent|high|medium|low)$')
        from jsonb_array_elements_text({{ labels }}) with ordinality as label (name, position)
        where label.name ~* '^((severity|priority|sev|prio)[\s:=/_-]+)?(p[0-5]|sev-?[0-5]|blocker|critical|urgent|high|medium|low)$'
        order by label.position
        limit 1
    )
{%- endmacro %}


{# The attributes of an issue; those without a value are left out. #}
{% macro attributes(named) -%}
    jsonb_strip_nulls(jsonb_build_object(
        {%- for name, expression in named.items() %}
        '{{ name }}', {{ expression }}{{ ',' if not loop.last }}
        {%- endfor %}
    ))
{%- endmacro %}
