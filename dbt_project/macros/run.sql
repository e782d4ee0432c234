{# The run that claimed the arrivals; it reaches the database as a setting of the connection. #}
{% macro this_run() -%}
    nullif(current_setting('causeloop.run', true), '')
{%- endmacro %}


{# Of the sources that a run reads; as literals they let the planner leave the other staging models out. #}
{% macro is_read(source) -%}
    {%- if var('sources') -%}
        {{ source }} in ('{{ var('sources') | join("', '") }}')
    {%- else -%}
        true
    {%- endif -%}
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
