{# Each layer is a schema: staging, intermediate, seeds, core. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}


{# Row-level security applies within a view only if the view runs with its reader's rights. #}
{% macro postgres__create_view_as(relation, sql) -%}
    {%- set sql_header = config.get('sql_header', none) -%}
    {{ sql_header if sql_header is not none }}
    create view {{ relation }}
    with (security_invoker = true)
    as (
        {{ sql }}
    );
{%- endmacro %}


{# dbt's own materialization renames the old view, creates the new one and drops the old one: three statements for a view
   that no run reads meanwhile, since building it holds the lock that runs need. The API reads it for an issue made by hand. #}
{% materialization view, adapter='postgres' -%}
    {%- set target = this.incorporate(type='view') -%}
    {%- call statement('main') -%}
        drop view if exists {{ target }} cascade;
        {{ get_create_view_as_sql(target, sql) }};
        grant select on {{ target }} to causeloop_api
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}
