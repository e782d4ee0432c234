{# Writes its caller's text for each text of an issue that people may correct or empty: `EDITABLE_TEXTS` of `model/issue.py`. #}
{% macro for_each_editable_text() -%}
    {%- for field in env_var('CAUSELOOP_DBT_EDITABLE_TEXTS').split(' ') -%}
        {{ caller(field) }}
    {%- endfor -%}
{%- endmacro %}
