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
{% macro touched_records(source_is=none) -%}
    select distinct a.workspace_id, a.source, r.external_id
    from {{ source('raw', 'arrival') }} as a
    inner join {{ source('raw', 'record') }} as r
        on r.workspace_id = a.workspace_id and r.record_id = a.record_id
    where a.run_id = {{ this_run() }}
    {%- if source_is %} and a.source = '{{ source_is }}'{% endif %}
{%- endmacro %}


{# Checks look at what the run worked on, and not at the whole table. #}
{% macro get_where_subquery(relation) -%}
    {%- if config.get('where') != 'touched' -%}
        {{ relation }}
    {%- else -%}
        (
            select t.*
            from ({{ touched_records() }}) as touched
            inner join {{ relation }} as t using (workspace_id, source, external_id)
        ) as touched_rows
    {%- endif -%}
{%- endmacro %}
