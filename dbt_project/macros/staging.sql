{# The records of a connector in the tool's own shape. #}
{% macro landed(connector) -%}
    select *
    from {{ source('landing', connector) }}
    where source = '{{ connector }}' and kind <> 'normalized'
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
