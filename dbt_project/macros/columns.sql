{# Writes its caller's text for each text of an issue that people may correct or empty, as `model/issue.py` lists them. #}
{% macro for_each_editable_text() -%}
    {%- for field in ['body', 'service', 'error_type', 'team', 'environment'] -%}
        {{ caller(field) }}
    {%- endfor -%}
{%- endmacro %}
