{# A path of a mapping as a text array: dots part its steps, a dot after a backslash belongs to its key. #}
{% macro json_path(path) -%}
    {%- if path -%}
        '{"{{ path.replace("\\.", "\0").replace(".", '","').replace("\0", ".") }}"}'
    {%- else -%}
        '{}'
    {%- endif -%}
{%- endmacro %}


{# Whether there is anything but null at a path. #}
{% macro has_value(path) -%}
    coalesce(jsonb_typeof({{ value_at(path) }}) <> 'null', false)
{%- endmacro %}


{# A moment as a count since 1970 in a declared unit; 0 and -1 stand for "none yet". #}
{% macro epoch_in(path, ticks) -%}
    {%- set text = text_at(path) -%}
    case
        when {{ text }} ~ '^\d{1,19}(\.\d+)?$' and ({{ text }})::numeric > 0
            and ({{ text }})::numeric <= 253402300799::numeric * {{ ticks }}
            then to_timestamp(0) + trunc(({{ text }})::numeric * 1000000 / {{ ticks }})::bigint * interval '1 microsecond'
    end
{%- endmacro %}


{% macro seconds_at(path) -%} {{ epoch_in(path, 1) }} {%- endmacro %}


{% macro milliseconds_at(path) -%} {{ epoch_in(path, 1000) }} {%- endmacro %}


{% macro nanoseconds_at(path) -%} {{ epoch_in(path, 1000000000) }} {%- endmacro %}


{# Every tag at a path as a row (tag, place): texts, objects with key (or name) and value, an object, or one text
   with commas. #}
{% macro tags_at(path) -%}
    {%- set value = value_at(path) -%}
    (
        select
            case jsonb_typeof(element)
                when 'object' then
                    {{ first_text('element', ['key', 'Key', 'name', 'Name', 'title']) }}
                    || coalesce(':' || {{ first_text('element', ['value', 'Value']) }}, '')
                else nullif(btrim(element #>> '{}', E' \t\r\n'), '')
            end as tag,
            place
        from jsonb_array_elements(case jsonb_typeof({{ value }}) when 'array' then {{ value }} else '[]' end)
            with ordinality as listed (element, place)
        union all
        select name || ':' || nullif(btrim(value #>> '{}', E' \t\r\n'), ''), row_number() over (order by name collate "C")
        from jsonb_each(case jsonb_typeof({{ value }}) when 'object' then {{ value }} else '{}' end) as pair (name, value)
        union all
        select btrim(part), place
        from string_to_table(case jsonb_typeof({{ value }}) when 'string' then {{ value }} #>> '{}' end, ',')
            with ordinality as parts (part, place)
    )
{%- endmacro %}


{# The first key of an object that has a text. #}
{% macro first_text(document, keys) -%}
    coalesce(
        {%- for key in keys %}
        nullif(btrim({{ document }} ->> '{{ key }}', E' \t\r\n'), ''){{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}


{# The value of the first tag at a path whose name matches. #}
{% macro tag_at(path, names) -%}
    (
        select substring(tag, '(?i)^(?:{{ names }})[:=_/]\s*(.+)$')
        from {{ tags_at(path) }} as tags
        where tag ~* '^(?:{{ names }})[:=_/]\s*.'
        order by place
        limit 1
    )
{%- endmacro %}


{# The first label at a path that names a severity, such as `P1`, `sev-2` or `severity: high`. #}
{% macro severity_label_at(path) -%}
    (
        select substring(tag, '(?i)(p[0-5]|sev-?[0-5]|blocker|critical|urgent|high|medium|low)$')
        from {{ tags_at(path) }} as tags
        where tag ~* '^((severity|priority|sev|prio)[\s:=/_-]+)?(p[0-5]|sev-?[0-5]|blocker|critical|urgent|high|medium|low)$'
        order by place
        limit 1
    )
{%- endmacro %}


{# The text at `take` in the first object of a list whose text at `key` is `equals`. #}
{% macro element_at(path, key, equals, take) -%}
    {%- set value = value_at(path) -%}
    (
        select {{ text_at(take, 'element') }}
        from jsonb_array_elements(case jsonb_typeof({{ value }}) when 'array' then {{ value }} else '[]' end)
            with ordinality as listed (element, place)
        where jsonb_typeof(element) = 'object'
            and {{ text_at(key, 'element') }} = '{{ equals.replace("'", "''") }}'
        order by place
        limit 1
    )
{%- endmacro %}


{# A text that may be HTML, without its tags. #}
{% macro plain_text_at(path) -%}
    {%- set text = "regexp_replace(" ~ text_at(path) ~ ", '<[^<>]*>', ' ', 'g')" -%}
    nullif(btrim(regexp_replace(
        replace(replace(replace(replace(replace(replace({{ text }}, '&nbsp;', ' '), '&lt;', '<'), '&gt;', '>'),
            '&quot;', '"'), '&#39;', ''''), '&amp;', '&'),
        '\s+', ' ', 'g'
    )), '')
{%- endmacro %}


{# What stands at a key of each object of a list, as a JSON list; null where there is no list. #}
{% macro pluck_at(path, key) -%}
    {%- set value = value_at(path) -%}
    case jsonb_typeof({{ value }}) when 'array' then (
        select coalesce(jsonb_agg(element -> '{{ key }}' order by place), '[]')
        from jsonb_array_elements(case jsonb_typeof({{ value }}) when 'array' then {{ value }} else '[]' end)
            with ordinality as listed (element, place)
        where jsonb_typeof(element) = 'object' and jsonb_typeof(element -> '{{ key }}') <> 'null'
    ) end
{%- endmacro %}


{# The object at a path, empty where there is none. #}
{% macro object_at(path) -%}
    case jsonb_typeof({{ value_at(path) }}) when 'object' then {{ value_at(path) }} else '{}'::jsonb end
{%- endmacro %}


{# The first keys of a payload, by which people recognize a variant that no mapping knows. #}
{% macro payload_keys() -%}
    (
        select string_agg(key, ', ' order by key collate "C")
        from (select key from jsonb_object_keys(payload) as keys (key) order by key collate "C" limit 8) as first_keys
    )
{%- endmacro %}
