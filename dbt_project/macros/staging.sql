{# What a run works on of a connector: every version of each record that has a new one. An issue is a function of all
   its versions, so that syncs, in whatever order things arrive, and a rebuild give the same. #}
{% macro landed(connector, shape="kind not in ('normalized', 'change', 'normalized_change')", own=true) -%}
    select r.*
    from ({{ touched_records(connector if own) }}) as touched
    inner join {{ source('landing', connector) }} as r using (workspace_id, source, external_id)
    where {{ 'r.source = ' ~ "'" ~ connector ~ "' and " if own }}{{ shape }}
{%- endmacro %}


{# What every staging model passes on of the record itself. A literal source lets the planner leave a model out. #}
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


{# An issue from a payload that already carries the product's field names. #}
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


{# A change from a payload, in the columns that all tools' changes share; no version of it is ever turned down. #}
{% macro change_columns(kind, title, service, environment, external_url, changed_at) -%}
    {{ kind }} as change_kind,
    {{ title }} as title,
    {{ service }} as service,
    {{ environment }} as environment,
    {{ external_url }} as external_url,
    {{ changed_at }} as changed_at
{%- endmacro %}
