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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'crowdstrike'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'crowdstrike') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'crowdstrike' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{event,OperationName}') and not coalesce(lower(mapping.text_at(payload, '{event,Success}')) in ('false'), false)) then 'administrative action'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'crowdstrike'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'administrative action' then 'config_change' end as change_kind,
    case variant when 'administrative action' then nullif(concat_ws(' · ', mapping.text_at(payload, '{event,OperationName}'), mapping.text_at(payload, '{event,ServiceName}')), '') end as title,
    case variant when 'administrative action' then mapping.text_at(payload, '{event,ServiceName}') end as service,
    null::text as environment,
    null::text as external_url,
    case variant when 'administrative action' then coalesce(mapping.instant_at(payload, '{metadata,eventCreationTime}'), mapping.epoch_at(payload, '{metadata,eventCreationTime}', 1000), mapping.instant_at(payload, '{event,UTCTimestamp}'), mapping.epoch_at(payload, '{event,UTCTimestamp}', 1), mapping.instant_at(payload, '{event,ProcessStartTime}'), mapping.epoch_at(payload, '{event,ProcessStartTime}', 1), mapping.instant_at(payload, '{timestamp}'), mapping.epoch_at(payload, '{timestamp}', 1000)) end as changed_at
from variants
