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


{# An issue from a payload that already has the product's field names. #}
{% macro product_issue(records, connector=none) -%}
select
    {{ record_columns(connector) }},
    {%- for field in ['title', 'body', 'severity', 'status', 'service', 'error_type', 'team', 'environment'] %}
    {{ text_at(field) }} as {{ field }}{{ '_value' if field in ['severity', 'status'] }},
    {%- endfor %}
    {{ text_at('external_url') }} as external_url,
    {{ instant_at('source_created_at') }} as source_created_at,
    {{ instant_at('resolved_at') }} as resolved_at,
    case jsonb_typeof(payload -> 'attributes') when 'object' then payload -> 'attributes' else '{}' end as attributes
from {{ records }}
{%- endmacro %}


{# A change from a payload, in the columns that all connectors share; every version of it is accepted. #}
{% macro change_columns(kind, title, service, environment, external_url, changed_at) -%}
    {{ kind }} as change_kind,
    {{ title }} as title,
    {{ service }} as service,
    {{ environment }} as environment,
    {{ external_url }} as external_url,
    {{ changed_at }} as changed_at
{%- endmacro %}
