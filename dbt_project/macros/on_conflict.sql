{# Inserts new rows and updates older ones: the cost depends on the new rows, not on the size of the table.

   Only the declared columns are written; those that later stages write stay as they are. `meta.newer_by` of the model
   names the column that decides which row is newer, `meta.assignments` the columns with a rule of their own. #}
{% macro insert_or_update(mart, target, incoming) -%}
    {%- set columns = mart.columns | list -%}
    insert into {{ target }} as t ({{ columns | join(', ') }})
    select {{ columns | join(', ') }}
    from ({{ incoming }}) as incoming
    on conflict ({{ mart.config.unique_key | join(', ') }}) do update set
        {% for column in columns if column not in mart.config.unique_key -%}
            {{ column }} = {{ mart.config.meta.assignments.get(column, 'excluded.' ~ column) }}
            {{- ',' if not loop.last }}
        {% endfor -%}
    where excluded.{{ mart.config.meta.newer_by }} >= t.{{ mart.config.meta.newer_by }}
{%- endmacro %}


{# dbt's own materialization may also create, swap or widen the table, and asks the catalog for each: ten statements of
   no use here, where migrations make the tables and a run has no right to. #}
{% materialization incremental, adapter='postgres' -%}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement('main') -%}
        {{ insert_or_update(model, target, sql) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}


{# The same statement as a function, for the API: an issue made by hand is there at once, and is what a run makes of it. #}
{% macro create_merge_function(mart_name) -%}
    {%- if execute -%}
        {%- set mart = graph.nodes['model.' ~ project_name ~ '.' ~ mart_name] -%}
        create or replace function {{ this.schema }}.merge_{{ mart_name }}s() returns void
            language sql
        as $merge$
        {{ insert_or_update(mart, mart.schema ~ '.' ~ mart.alias, 'select * from ' ~ this) }}
        $merge$;
        revoke all on function {{ this.schema }}.merge_{{ mart_name }}s() from public;
        grant execute on function {{ this.schema }}.merge_{{ mart_name }}s() to causeloop_api
    {%- endif -%}
{%- endmacro %}
