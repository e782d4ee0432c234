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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'better_stack'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'better_stack') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'better_stack' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (coalesce(lower(mapping.text_at(payload, '{type}')) in ('monitor', 'heartbeat'), false) and mapping.has_value(payload, '{attributes,status}')) then 'monitor or heartbeat'
            when (not coalesce(lower(mapping.text_at(payload, '{type}')) in ('monitor', 'heartbeat'), false) and (mapping.has_value(payload, '{attributes,name}') or mapping.has_value(payload, '{attributes,cause}'))) then 'incident'
            when (mapping.has_value(payload, '{name}') and (mapping.has_value(payload, '{incident_updates}') or mapping.has_value(payload, '{page,status_indicator}'))) then 'report of a status page'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'better_stack'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'monitor or heartbeat' then coalesce((mapping.text_at(payload, '{attributes,pronounceable_name}') || ' is ' || mapping.text_at(payload, '{attributes,status}')), (mapping.text_at(payload, '{attributes,name}') || ' is ' || mapping.text_at(payload, '{attributes,status}')))
        when 'incident' then coalesce(mapping.text_at(payload, '{attributes,name}'), mapping.text_at(payload, '{attributes,cause}'))
        when 'report of a status page' then mapping.text_at(payload, '{name}')
    end as title,
    case variant
        when 'incident' then mapping.text_at(payload, '{attributes,cause}')
        when 'report of a status page' then mapping.plain_text_at(payload, '{incident_updates,0,body}')
    end as body,
    case variant
        when 'monitor or heartbeat' then 'alert'
        when 'incident' then case when coalesce(lower(mapping.text_at(payload, '{attributes,critical_alert}')) in ('true'), false) then 'critical alert' else 'alert' end
        when 'report of a status page' then mapping.text_at(payload, '{page,status_indicator}')
    end as severity_value,
    case variant
        when 'monitor or heartbeat' then mapping.text_at(payload, '{attributes,status}')
        when 'incident' then coalesce(case when mapping.has_value(payload, '{attributes,resolved_at}') then 'resolved' else null::text end, case when mapping.has_value(payload, '{attributes,acknowledged_at}') then 'acknowledged' else null::text end, mapping.text_at(payload, '{attributes,status}'), 'started')
        when 'report of a status page' then mapping.text_at(payload, '{page,status_indicator}')
    end as status_value,
    case variant
        when 'monitor or heartbeat' then coalesce(mapping.text_at(payload, '{attributes,pronounceable_name}'), mapping.text_at(payload, '{attributes,name}'), mapping.text_at(payload, '{attributes,url}'))
        when 'incident' then coalesce(mapping.text_at(payload, '{attributes,name}'), mapping.text_at(payload, '{attributes,url}'))
    end as service,
    case variant when 'incident' then mapping.text_at(payload, '{attributes,cause}') end as error_type,
    case variant
        when 'monitor or heartbeat' then mapping.text_at(payload, '{attributes,team_name}')
        when 'incident' then mapping.text_at(payload, '{attributes,team_name}')
        when 'report of a status page' then mapping.text_at(payload, '{page,id}')
    end as team,
    null::text as environment,
    case variant
        when 'monitor or heartbeat' then mapping.text_at(payload, '{attributes,url}')
        when 'incident' then coalesce(mapping.text_at(payload, '{attributes,origin_url}'), mapping.text_at(payload, '{attributes,url}'))
        when 'report of a status page' then mapping.text_at(payload, '{shortlink}')
    end as external_url,
    case variant
        when 'monitor or heartbeat' then coalesce(mapping.instant_at(payload, '{attributes,last_checked_at}'), mapping.instant_at(payload, '{attributes,updated_at}'))
        when 'incident' then mapping.instant_at(payload, '{attributes,started_at}')
        when 'report of a status page' then mapping.instant_at(payload, '{created_at}')
    end as source_created_at,
    case variant
        when 'monitor or heartbeat' then coalesce(mapping.instant_at(payload, '{attributes,last_checked_at}'), mapping.instant_at(payload, '{attributes,updated_at}'))
        when 'incident' then mapping.instant_at(payload, '{attributes,resolved_at}')
        when 'report of a status page' then mapping.instant_at(payload, '{updated_at}')
    end as resolved_at,
    case variant
        when 'incident' then jsonb_strip_nulls(jsonb_build_object('regions', payload #> '{attributes,regions}', 'response', payload #> '{attributes,response_content}'))
        else '{}'::jsonb
    end as attributes
from variants
