with versions as (

    select * from {{ ref('int_issues__unioned') }}

),

overrides as (

    select workspace_id, source, field, lower(vendor_value) as vendor_value, value
    from {{ source('core', 'value_override') }}

),

read_values as (

    select
        versions.*,
        coalesce(own_severity.value, tool_severity.value, any_severity.value) as severity,
        coalesce(own_status.value, tool_status.value, any_status.value) as status
    from versions
    {%- for field in ['severity', 'status'] %}
    left join overrides as own_{{ field }}
        on own_{{ field }}.workspace_id = versions.workspace_id
        and own_{{ field }}.source = versions.source
        and own_{{ field }}.field = '{{ field }}'
        and own_{{ field }}.vendor_value = lower(versions.{{ field }}_value)
    left join {{ ref('value_map') }} as tool_{{ field }}
        on tool_{{ field }}.source = versions.source
        and tool_{{ field }}.field = '{{ field }}'
        and tool_{{ field }}.vendor_value = lower(versions.{{ field }}_value)
    left join {{ ref('value_map') }} as any_{{ field }}
        on any_{{ field }}.source = 'any'
        and any_{{ field }}.field = '{{ field }}'
        and any_{{ field }}.vendor_value = lower(versions.{{ field }}_value)
    {%- endfor %}

)

select
    workspace_id,
    core.issue_id(workspace_id, source, external_id) as issue_id,
    record_id,
    source,
    external_id,
    connector_id,
    kind = 'event' as is_notice,
    received_at,
    left(title, 300) as title,
    body,
    severity_value is not null as has_severity,
    coalesce(severity, 'p3') as severity,
    status_value is not null as has_status,
    coalesce(status, 'open') as status,
    service,
    error_type,
    team,
    environment,
    external_url,
    source_created_at,
    source_updated_at,
    resolved_at,
    attributes || jsonb_strip_nulls(jsonb_build_object(
        'unmapped_severity', case when severity is null then severity_value end,
        'unmapped_status', case when status is null then status_value end
    )) as attributes,
    case when title is null then 'no title where a ' || source || ' ' || kind || ' has one' end as unmappable_because
from read_values
