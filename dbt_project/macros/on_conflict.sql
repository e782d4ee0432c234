{# Inserts new rows and updates older ones: the cost depends on the new rows, not on the size of the table.

   Only the columns of the temporary relation are written; those that later stages write stay as they are.
   `meta.newer_by` names the column that decides which row is newer, `meta.assignments` the columns with a rule of
   their own. #}
{% macro get_incremental_on_conflict_sql(arg_dict) -%}
    {%- set meta = model.config.meta -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='name') | list -%}
    {%- set key = arg_dict['unique_key'] -%}
    insert into {{ arg_dict['target_relation'] }} as t ({{ columns | join(', ') }})
    select {{ columns | join(', ') }}
    from {{ arg_dict['temp_relation'] }}
    on conflict ({{ key | join(', ') }}) do update set
        {% for column in columns if column not in key -%}
            {{ column }} = {{ meta.assignments.get(column, 'excluded.' ~ column) }}
            {{- ',' if not loop.last }}
        {% endfor -%}
    where excluded.{{ meta.newer_by }} >= t.{{ meta.newer_by }}
{%- endmacro %}
