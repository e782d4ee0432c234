{# Each layer is a schema: staging, intermediate, seeds, core. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}


{# Row-level security applies within a view only if the view runs with its reader's rights. #}
{% macro postgres__create_view_as(relation, sql) -%}
    {%- set sql_header = config.get('sql_header', none) -%}
    {{ sql_header if sql_header is not none }}
    create view {{ relation }}
    {%- if config.get('contract').enforced %}
    {{ get_assert_columns_equivalent(sql) }}
    {%- endif %}
    with (security_invoker = true)
    as (
        {{ sql }}
    );
{%- endmacro %}
