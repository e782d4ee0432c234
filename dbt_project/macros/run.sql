{# The id of the pipeline run, which is a setting of the database connection. #}
{% macro current_run_id() -%}
    nullif(current_setting('causeloop.run', true), '')
{%- endmacro %}


{# Whether a source is among those that the run processes; literals let the planner skip the other staging models. #}
{% macro source_selected(source) -%}
    {%- if var('sources') -%}
        {{ source }} in ('{{ var('sources') | join("', '") }}')
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}


{# The external records of which the run has claimed a new version. #}
{% macro changed_records(only_source=none) -%}
    select distinct p.workspace_id, p.source, r.external_id
    from {{ source('raw', 'pending_record') }} as p
    inner join {{ source('raw', 'record') }} as r
        on r.workspace_id = p.workspace_id and r.record_id = p.record_id
    where p.run_id = {{ current_run_id() }}
    {%- if only_source %} and p.source = '{{ only_source }}'{% endif %}
{%- endmacro %}
