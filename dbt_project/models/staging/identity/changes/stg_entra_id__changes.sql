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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'entra_id'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'entra_id') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'entra_id' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{properties,activityDisplayName}') or mapping.has_value(payload, '{activityDisplayName}') or (mapping.has_value(payload, '{properties,activityDateTime}') and mapping.has_value(payload, '{operationName}'))) then 'audit event'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'entra_id'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'audit event' then 'config_change' end as change_kind,
    case variant when 'audit event' then coalesce(mapping.text_at(payload, '{properties,activityDisplayName}'), mapping.text_at(payload, '{activityDisplayName}'), mapping.text_at(payload, '{operationName}')) end as title,
    case variant when 'audit event' then coalesce(mapping.text_at(payload, '{properties,targetResources,0,displayName}'), mapping.text_at(payload, '{targetResources,0,displayName}'), mapping.text_at(payload, '{properties,loggedByService}'), mapping.text_at(payload, '{loggedByService}')) end as service,
    null::text as environment,
    null::text as external_url,
    case variant when 'audit event' then coalesce(mapping.instant_at(payload, '{properties,activityDateTime}'), mapping.instant_at(payload, '{activityDateTime}'), mapping.instant_at(payload, '{time}')) end as changed_at
from variants
