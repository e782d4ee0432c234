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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'duo'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'duo') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'duo' and kind = 'change'

),

variants as (

    select
        *,
        case
            when mapping.has_value(payload, '{action}') then 'administrator action'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'duo'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'administrator action' then 'config_change' end as change_kind,
    case variant when 'administrator action' then nullif(concat_ws(' · ', mapping.text_at(payload, '{action}'), mapping.text_at(payload, '{object}'), mapping.text_at(payload, '{target,name}')), '') end as title,
    case variant when 'administrator action' then coalesce(mapping.text_at(payload, '{object}'), mapping.text_at(payload, '{target,name}')) end as service,
    null::text as environment,
    null::text as external_url,
    case variant when 'administrator action' then coalesce(mapping.instant_at(payload, '{isotimestamp}'), mapping.epoch_at(payload, '{timestamp}', 1), mapping.instant_at(payload, '{timestamp}'), mapping.epoch_at(payload, '{ts}', 1), mapping.instant_at(payload, '{ts}')) end as changed_at
from variants
