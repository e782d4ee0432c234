{# Inserts new rows and updates older ones: the cost depends on the new rows, not on the size of the table.

   Only the columns of `incoming` are written; those that later stages write stay as they are. `meta.newer_by` names
   the column that decides which row is newer, `meta.assignments` the columns with a rule of their own. #}
{% macro insert_or_update(target, incoming) -%}
    {%- set meta = model.config.meta -%}
    {%- set columns = adapter.get_columns_in_relation(incoming) | map(attribute='name') | list -%}
    {%- set key = config.get('unique_key') -%}
    insert into {{ target }} as t ({{ columns | join(', ') }})
    select {{ columns | join(', ') }}
    from {{ incoming }}
    on conflict ({{ key | join(', ') }}) do update set
        {% for column in columns if column not in key -%}
            {{ column }} = {{ meta.assignments.get(column, 'excluded.' ~ column) }}
            {{- ',' if not loop.last }}
        {% endfor -%}
    where excluded.{{ meta.newer_by }} >= t.{{ meta.newer_by }}
{%- endmacro %}


{# dbt's own materialization may also create, swap or widen the table, and asks the catalog for each: ten statements of
   no use here, where migrations make the tables and a run has no right to. #}
{% materialization incremental, adapter='postgres' -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set incoming = make_temp_relation(target) -%}
    {{ run_hooks(pre_hooks) }}
    {%- do run_query(get_create_table_as_sql(True, incoming, sql)) -%}
    {%- call statement('main') -%}
        {{ insert_or_update(target, incoming) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}
