{# The run that claimed the arrivals; it reaches the database as a setting of the connection. #}
{% macro this_run() -%}
    nullif(current_setting('causeloop.run', true), '')
{%- endmacro %}


{# The sources that a run reads, as a list of literals: the planner then leaves the other staging models out. #}
{% macro sources_read() -%}
    {%- for source in var('sources') or var('connectors') -%}
        '{{ source }}'{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{# The external records that the run's arrivals are versions of. #}
{% macro touched_records() -%}
    select distinct a.workspace_id, a.source, r.external_id
    from {{ source('raw', 'arrival') }} as a
    inner join {{ source('raw', 'record') }} as r
        on r.workspace_id = a.workspace_id and r.record_id = a.record_id
    where a.run_id = {{ this_run() }}
{%- endmacro %}


{# Checks look at what the run worked on, `[touched]` in their configuration, and not at the whole table. #}
{% macro get_where_subquery(relation) -%}
    {%- set where = config.get('where', '') -%}
    {%- if not where or var('rebuild') -%}
        {{ relation }}
    {%- else -%}
        (
            select t.*
            from {{ relation }} as t
            inner join ({{ touched_records() }}) as touched
                on touched.workspace_id = t.workspace_id
                and touched.source = t.source
                and touched.external_id = t.external_id
        ) as dbt_subquery
    {%- endif -%}
{%- endmacro %}
