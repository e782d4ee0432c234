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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'uptime_kuma'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'uptime_kuma') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'uptime_kuma' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{heartbeat}') or (mapping.has_value(payload, '{monitor}') and mapping.has_value(payload, '{msg}'))) then 'heartbeat'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'uptime_kuma'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'heartbeat' then coalesce(mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{msg}'), (mapping.text_at(payload, '{monitor,name}') || ' is ' || mapping.text_at(payload, '{heartbeat,status}'))) end as title,
    case variant when 'heartbeat' then coalesce(mapping.text_at(payload, '{heartbeat,msg}'), mapping.text_at(payload, '{msg}')) end as body,
    case variant when 'heartbeat' then coalesce(mapping.text_at(payload, '{urgency}'), case when mapping.has_value(payload, '{heartbeat,important}') then case when coalesce(lower(mapping.text_at(payload, '{heartbeat,important}')) in ('true', '1'), false) then 'important' else 'unimportant' end else null::text end) end as severity_value,
    case variant when 'heartbeat' then ('heartbeat ' || mapping.text_at(payload, '{heartbeat,status}')) end as status_value,
    case variant when 'heartbeat' then coalesce(mapping.text_at(payload, '{monitor,name}'), mapping.text_at(payload, '{monitor,hostname}')) end as service,
    case variant when 'heartbeat' then mapping.text_at(payload, '{heartbeat,msg}') end as error_type,
    null::text as team,
    case variant when 'heartbeat' then mapping.tag_at(payload, '{monitor,tags}', 'env|environment') end as environment,
    case variant when 'heartbeat' then mapping.text_at(payload, '{monitor,url}') end as external_url,
    case variant when 'heartbeat' then mapping.instant_at(payload, '{heartbeat,time}') end as source_created_at,
    case variant when 'heartbeat' then mapping.instant_at(payload, '{heartbeat,time}') end as resolved_at,
    case variant
        when 'heartbeat' then jsonb_strip_nulls(jsonb_build_object('type', payload #> '{monitor,type}', 'duration', payload #> '{heartbeat,duration}'))
        else '{}'::jsonb
    end as attributes
from variants
