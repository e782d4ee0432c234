{# The records of a connector that a run processes: all versions of each record that has a new one. An issue is a
   function of all versions, so that a rebuild gives the same as syncs, in whatever order records arrive. #}
{% macro records_to_process(connector, shape="kind not in ('normalized', 'change', 'normalized_change')", own=true) -%}
    select r.*
    from ({{ changed_records(connector if own) }}) as changed
    inner join {{ source('landing', connector) }} as r using (workspace_id, source, external_id)
    where {{ 'r.source = ' ~ "'" ~ connector ~ "' and " if own }}{{ shape }}
{%- endmacro %}


{# The columns of the record itself, in every staging model. A literal source lets the planner skip a model. #}
{% macro record_columns(connector) -%}
    workspace_id,
    record_id,
    {{ "'" ~ connector ~ "'::text as source" if connector else 'source' }},
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at
{%- endmacro %}
