-- Generated from connectors/tools by `causeloop connectors generate`.
with records as (

    select r.*
    from (
        select distinct p.workspace_id, p.source, r.external_id
        from {{ source('raw', 'pending_record') }} as p
        cross join lateral (
            select r.external_id
            from {{ source('raw', 'record') }} as r
            where r.workspace_id = p.workspace_id and r.record_id = p.record_id
            offset 0
        ) as r
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'azure_monitor'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'azure_monitor') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'azure_monitor' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{operationName}') and (mapping.has_value(payload, '{resultType}') or mapping.has_value(payload, '{status}'))) then 'operation of the activity log'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'azure_monitor'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'operation of the activity log' then 'config_change' end as change_kind,
    case variant when 'operation of the activity log' then (coalesce(mapping.text_at(payload, '{operationName,localizedValue}'), mapping.text_at(payload, '{operationName}')) || ': ' || nullif(substring(mapping.text_at(payload, '{resourceId}') from '/([^/]+)/?$'), '')) end as title,
    case variant when 'operation of the activity log' then nullif(substring(mapping.text_at(payload, '{resourceId}') from '/([^/]+)/?$'), '') end as service,
    case variant when 'operation of the activity log' then nullif(substring(mapping.text_at(payload, '{resourceId}') from '/[rR][eE][sS][oO][uU][rR][cC][eE][gG][rR][oO][uU][pP][sS]/([^/]+)'), '') end as environment,
    null::text as external_url,
    case variant when 'operation of the activity log' then coalesce(mapping.instant_at(payload, '{time}'), mapping.instant_at(payload, '{eventTimestamp}')) end as changed_at
from variants
