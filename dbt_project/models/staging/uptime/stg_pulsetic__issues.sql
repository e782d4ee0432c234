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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'pulsetic'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'pulsetic') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'pulsetic' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{alert_type}') and mapping.has_value(payload, '{monitor}')) then 'alert'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'pulsetic'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'alert' then coalesce((mapping.text_at(payload, '{monitor,name}') || ': ' || mapping.text_at(payload, '{alert_type}')), (mapping.text_at(payload, '{monitor,url}') || ': ' || mapping.text_at(payload, '{alert_type}'))) end as title,
    case variant when 'alert' then mapping.text_at(payload, '{monitor,reason}') end as body,
    case variant when 'alert' then mapping.text_at(payload, '{alert_type}') end as severity_value,
    case variant when 'alert' then mapping.text_at(payload, '{alert_type}') end as status_value,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{monitor,name}'), mapping.text_at(payload, '{monitor,url}')) end as service,
    null::text as error_type,
    null::text as team,
    null::text as environment,
    case variant when 'alert' then mapping.text_at(payload, '{monitor,url}') end as external_url,
    case variant when 'alert' then coalesce(mapping.instant_at(payload, '{time}'), mapping.epoch_at(payload, '{time}', 1)) end as source_created_at,
    case variant when 'alert' then coalesce(mapping.instant_at(payload, '{time}'), mapping.epoch_at(payload, '{time}', 1)) end as resolved_at,
    '{}'::jsonb as attributes
from variants
