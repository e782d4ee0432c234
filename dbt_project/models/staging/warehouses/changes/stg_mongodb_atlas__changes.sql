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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'mongodb_atlas'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'mongodb_atlas') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'mongodb_atlas' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{eventTypeName}') and mapping.has_value(payload, '{created}')) then 'event'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'mongodb_atlas'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'event' then 'config_change' end as change_kind,
    case variant when 'event' then mapping.text_at(payload, '{eventTypeName}') end as title,
    case variant when 'event' then coalesce(mapping.text_at(payload, '{clusterName}'), mapping.text_at(payload, '{groupId}'), mapping.text_at(payload, '{orgId}')) end as service,
    null::text as environment,
    case variant when 'event' then mapping.text_at(payload, '{links,0,href}') end as external_url,
    case variant when 'event' then mapping.instant_at(payload, '{created}') end as changed_at
from variants
