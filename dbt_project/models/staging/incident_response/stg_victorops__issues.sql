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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'victorops'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'victorops') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'victorops' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{incidentNumber}') and mapping.has_value(payload, '{currentPhase}')) then 'incident'
            when ((mapping.has_value(payload, '{incident_number}') or mapping.has_value(payload, '{entity_id}')) and mapping.has_value(payload, '{message_type}')) then 'alert fields'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'victorops'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{entityDisplayName}'), mapping.text_at(payload, '{entityId}'))
        when 'alert fields' then coalesce(mapping.text_at(payload, '{entity_display_name}'), mapping.text_at(payload, '{entity_id}'))
    end as title,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{stateMessage}'), mapping.text_at(payload, '{transitions,0,message}'))
        when 'alert fields' then mapping.text_at(payload, '{state_message}')
    end as body,
    case variant
        when 'incident' then case when coalesce(lower(mapping.text_at(payload, '{entityState}')) in ('critical', 'warning', 'info'), false) then mapping.text_at(payload, '{entityState}') else null::text end
        when 'alert fields' then case when coalesce(lower(mapping.text_at(payload, '{message_type}')) in ('critical', 'warning', 'info'), false) then mapping.text_at(payload, '{message_type}') else null::text end
    end as severity_value,
    case variant
        when 'incident' then mapping.text_at(payload, '{currentPhase}')
        when 'alert fields' then coalesce(mapping.text_at(payload, '{current_phase}'), mapping.text_at(payload, '{message_type}'))
    end as status_value,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{service}'), mapping.text_at(payload, '{host}'))
        when 'alert fields' then coalesce(mapping.text_at(payload, '{service}'), mapping.text_at(payload, '{host_name}'))
    end as service,
    null::text as error_type,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{pagedPolicies,0,team,name}'), mapping.text_at(payload, '{pagedTeams,0}'))
        when 'alert fields' then coalesce(mapping.text_at(payload, '{paged_team}'), mapping.text_at(payload, '{routing_key}'))
    end as team,
    null::text as environment,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{incidentLink}'), mapping.text_at(payload, '{transitions,-1,alertUrl}'))
        when 'alert fields' then coalesce(mapping.text_at(payload, '{incident_link}'), mapping.text_at(payload, '{alert_url}'))
    end as external_url,
    case variant
        when 'incident' then mapping.instant_at(payload, '{startTime}')
        when 'alert fields' then coalesce(mapping.epoch_at(payload, '{state_start_time}', 1), mapping.instant_at(payload, '{state_start_time}'), mapping.epoch_at(payload, '{timestamp}', 1))
    end as source_created_at,
    case variant
        when 'incident' then coalesce(mapping.instant_at(payload, '{resolvedTime}'), mapping.instant_at(payload, '{transitions,-1,at}'), mapping.instant_at(payload, '{lastAlertTime}'))
        when 'alert fields' then mapping.epoch_at(payload, '{timestamp}', 1)
    end as resolved_at,
    case variant
        when 'incident' then jsonb_strip_nulls(jsonb_build_object('entity', payload #> '{entityId}', 'routing_key', payload #> '{routingKey}', 'host', payload #> '{host}', 'alerts', payload #> '{alertCount}'))
        when 'alert fields' then jsonb_strip_nulls(jsonb_build_object('entity', payload #> '{entity_id}', 'monitoring_tool', payload #> '{monitoring_tool}'))
        else '{}'::jsonb
    end as attributes
from variants
