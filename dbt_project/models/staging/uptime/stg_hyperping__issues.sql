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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'hyperping'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'hyperping') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'hyperping' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{event}') and mapping.has_value(payload, '{check,url}')) then 'alert'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'hyperping'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'alert' then (mapping.text_at(payload, '{check,url}') || ': ' || mapping.text_at(payload, '{event}')) end as title,
    case variant when 'alert' then mapping.text_at(payload, '{pings,0,statusMessage}') end as body,
    case variant when 'alert' then mapping.text_at(payload, '{event}') end as severity_value,
    case variant when 'alert' then mapping.text_at(payload, '{event}') end as status_value,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{check,name}'), mapping.text_at(payload, '{check,url}')) end as service,
    case variant when 'alert' then ('HTTP ' || mapping.text_at(payload, '{check,status}')) end as error_type,
    null::text as team,
    case variant when 'alert' then mapping.text_at(payload, '{pings,0,location}') end as environment,
    case variant when 'alert' then mapping.text_at(payload, '{check,url}') end as external_url,
    case variant when 'alert' then mapping.epoch_at(payload, '{check,date}', 1000) end as source_created_at,
    case variant when 'alert' then mapping.epoch_at(payload, '{check,date}', 1000) end as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('downtime', payload #> '{check,downtime}', 'status_code', payload #> '{check,status}'))
        else '{}'::jsonb
    end as attributes
from variants
