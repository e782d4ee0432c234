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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'splunk_observability'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'splunk_observability') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'splunk_observability' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{incidentId}') and (mapping.has_value(payload, '{anomalyState}') or mapping.has_value(payload, '{detectLabel}'))) then 'incident'
            when (mapping.has_value(payload, '{incidentId}') and (mapping.has_value(payload, '{statusExtended}') or mapping.has_value(payload, '{status}') or mapping.has_value(payload, '{messageTitle}'))) then 'webhook'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'splunk_observability'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{detectLabel}'), mapping.text_at(payload, '{detectorName}'))
        when 'webhook' then coalesce(mapping.text_at(payload, '{messageTitle}'), mapping.text_at(payload, '{inputs,messageTitle}'), mapping.text_at(payload, '{rule}'), mapping.text_at(payload, '{inputs,rule}'), mapping.text_at(payload, '{detector}'), mapping.text_at(payload, '{messageBody}'))
    end as title,
    case variant
        when 'incident' then nullif(mapping.text_at(payload, '{displayBody}'), mapping.text_at(payload, '{detectLabel}'))
        when 'webhook' then coalesce(mapping.text_at(payload, '{messageBody}'), mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{inputs,description}'), mapping.text_at(payload, '{detectOnCondition}'))
    end as body,
    case variant
        when 'incident' then mapping.text_at(payload, '{severity}')
        when 'webhook' then mapping.text_at(payload, '{severity}')
    end as severity_value,
    case variant
        when 'incident' then mapping.text_at(payload, '{anomalyState}')
        when 'webhook' then coalesce(mapping.text_at(payload, '{statusExtended}'), mapping.text_at(payload, '{status}'))
    end as status_value,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{dimensions,service}'), mapping.text_at(payload, '{dimensions,sf_service}'), mapping.text_at(payload, '{dimensions,service_name}'), mapping.text_at(payload, '{dimensions,app}'), mapping.text_at(payload, '{dimensions,host}'), mapping.text_at(payload, '{inputs,A,key,service}'), mapping.text_at(payload, '{inputs,A,key,sf_service}'), mapping.text_at(payload, '{inputs,A,key,service_name}'), mapping.text_at(payload, '{inputs,A,key,app}'), mapping.text_at(payload, '{inputs,A,key,host}'), mapping.text_at(payload, '{inputs,_S1,key,service}'), mapping.text_at(payload, '{inputs,_S1,key,sf_service}'), mapping.text_at(payload, '{inputs,_S1,key,service_name}'), mapping.text_at(payload, '{inputs,_S1,key,app}'), mapping.text_at(payload, '{inputs,_S1,key,host}'), mapping.text_at(payload, '{events,0,inputs,_S1,key,service}'), mapping.text_at(payload, '{events,0,inputs,_S1,key,sf_service}'), mapping.text_at(payload, '{events,0,inputs,_S1,key,service_name}'), mapping.text_at(payload, '{events,0,inputs,_S1,key,app}'), mapping.text_at(payload, '{events,0,inputs,_S1,key,host}'), mapping.text_at(payload, '{events,0,inputs,A,key,service}'), mapping.text_at(payload, '{events,0,inputs,A,key,sf_service}'), mapping.text_at(payload, '{events,0,inputs,A,key,service_name}'), mapping.text_at(payload, '{events,0,inputs,A,key,app}'), mapping.text_at(payload, '{events,0,inputs,A,key,host}'), mapping.text_at(payload, '{detectorName}'))
        when 'webhook' then coalesce(mapping.text_at(payload, '{dimensions,service}'), mapping.text_at(payload, '{dimensions,sf_service}'), mapping.text_at(payload, '{dimensions,service_name}'), mapping.text_at(payload, '{dimensions,app}'), mapping.text_at(payload, '{dimensions,host}'), mapping.text_at(payload, '{inputs,A,key,service}'), mapping.text_at(payload, '{inputs,A,key,sf_service}'), mapping.text_at(payload, '{inputs,A,key,service_name}'), mapping.text_at(payload, '{inputs,A,key,app}'), mapping.text_at(payload, '{inputs,A,key,host}'), mapping.text_at(payload, '{inputs,_S1,key,service}'), mapping.text_at(payload, '{inputs,_S1,key,sf_service}'), mapping.text_at(payload, '{inputs,_S1,key,service_name}'), mapping.text_at(payload, '{inputs,_S1,key,app}'), mapping.text_at(payload, '{inputs,_S1,key,host}'), mapping.text_at(payload, '{events,0,inputs,_S1,key,service}'), mapping.text_at(payload, '{events,0,inputs,_S1,key,sf_service}'), mapping.text_at(payload, '{events,0,inputs,_S1,key,service_name}'), mapping.text_at(payload, '{events,0,inputs,_S1,key,app}'), mapping.text_at(payload, '{events,0,inputs,_S1,key,host}'), mapping.text_at(payload, '{events,0,inputs,A,key,service}'), mapping.text_at(payload, '{events,0,inputs,A,key,sf_service}'), mapping.text_at(payload, '{events,0,inputs,A,key,service_name}'), mapping.text_at(payload, '{events,0,inputs,A,key,app}'), mapping.text_at(payload, '{events,0,inputs,A,key,host}'), mapping.text_at(payload, '{detector}'))
    end as service,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{detectorName}'), mapping.text_at(payload, '{detectLabel}'))
        when 'webhook' then coalesce(mapping.text_at(payload, '{originatingMetric}'), mapping.text_at(payload, '{rule}'), mapping.text_at(payload, '{inputs,rule}'))
    end as error_type,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{dimensions,team}'), mapping.text_at(payload, '{inputs,A,key,team}'), mapping.text_at(payload, '{inputs,_S1,key,team}'), mapping.text_at(payload, '{events,0,inputs,_S1,key,team}'), mapping.text_at(payload, '{events,0,inputs,A,key,team}'))
        when 'webhook' then coalesce(mapping.text_at(payload, '{dimensions,team}'), mapping.text_at(payload, '{inputs,A,key,team}'), mapping.text_at(payload, '{inputs,_S1,key,team}'), mapping.text_at(payload, '{events,0,inputs,_S1,key,team}'), mapping.text_at(payload, '{events,0,inputs,A,key,team}'), mapping.text_at(payload, '{teams,0}'))
    end as team,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{dimensions,sf_environment}'), mapping.text_at(payload, '{dimensions,environment}'), mapping.text_at(payload, '{dimensions,deployment_environment}'), mapping.text_at(payload, '{dimensions,env}'), mapping.text_at(payload, '{inputs,A,key,sf_environment}'), mapping.text_at(payload, '{inputs,A,key,environment}'), mapping.text_at(payload, '{inputs,A,key,deployment_environment}'), mapping.text_at(payload, '{inputs,A,key,env}'), mapping.text_at(payload, '{inputs,_S1,key,sf_environment}'), mapping.text_at(payload, '{inputs,_S1,key,environment}'), mapping.text_at(payload, '{inputs,_S1,key,deployment_environment}'), mapping.text_at(payload, '{inputs,_S1,key,env}'), mapping.text_at(payload, '{events,0,inputs,_S1,key,sf_environment}'), mapping.text_at(payload, '{events,0,inputs,_S1,key,environment}'), mapping.text_at(payload, '{events,0,inputs,_S1,key,deployment_environment}'), mapping.text_at(payload, '{events,0,inputs,_S1,key,env}'), mapping.text_at(payload, '{events,0,inputs,A,key,sf_environment}'), mapping.text_at(payload, '{events,0,inputs,A,key,environment}'), mapping.text_at(payload, '{events,0,inputs,A,key,deployment_environment}'), mapping.text_at(payload, '{events,0,inputs,A,key,env}'))
        when 'webhook' then coalesce(mapping.text_at(payload, '{dimensions,sf_environment}'), mapping.text_at(payload, '{dimensions,environment}'), mapping.text_at(payload, '{dimensions,deployment_environment}'), mapping.text_at(payload, '{dimensions,env}'), mapping.text_at(payload, '{inputs,A,key,sf_environment}'), mapping.text_at(payload, '{inputs,A,key,environment}'), mapping.text_at(payload, '{inputs,A,key,deployment_environment}'), mapping.text_at(payload, '{inputs,A,key,env}'), mapping.text_at(payload, '{inputs,_S1,key,sf_environment}'), mapping.text_at(payload, '{inputs,_S1,key,environment}'), mapping.text_at(payload, '{inputs,_S1,key,deployment_environment}'), mapping.text_at(payload, '{inputs,_S1,key,env}'), mapping.text_at(payload, '{events,0,inputs,_S1,key,sf_environment}'), mapping.text_at(payload, '{events,0,inputs,_S1,key,environment}'), mapping.text_at(payload, '{events,0,inputs,_S1,key,deployment_environment}'), mapping.text_at(payload, '{events,0,inputs,_S1,key,env}'), mapping.text_at(payload, '{events,0,inputs,A,key,sf_environment}'), mapping.text_at(payload, '{events,0,inputs,A,key,environment}'), mapping.text_at(payload, '{events,0,inputs,A,key,deployment_environment}'), mapping.text_at(payload, '{events,0,inputs,A,key,env}'))
    end as environment,
    case variant when 'webhook' then coalesce(mapping.text_at(payload, '{detectorUrl}'), mapping.text_at(payload, '{imageUrl}')) end as external_url,
    case variant
        when 'incident' then coalesce(coalesce(mapping.instant_at(payload, '{events,0,timestamp}'), mapping.instant_at(payload, '{triggeredNotificationSent}'), mapping.instant_at(payload, '{created}')), coalesce(mapping.epoch_at(payload, '{events,0,timestamp}', 1000), mapping.epoch_at(payload, '{triggeredNotificationSent}', 1000), mapping.epoch_at(payload, '{created}', 1000)))
        when 'webhook' then coalesce(coalesce(mapping.instant_at(payload, '{timestampISO8601}'), mapping.instant_at(payload, '{timestamp}'), mapping.instant_at(payload, '{eventTimestamp}')), coalesce(mapping.epoch_at(payload, '{timestampISO8601}', 1000), mapping.epoch_at(payload, '{timestamp}', 1000), mapping.epoch_at(payload, '{eventTimestamp}', 1000)))
    end as source_created_at,
    case variant
        when 'incident' then coalesce(coalesce(mapping.instant_at(payload, '{anomalyStateUpdateTimestamp}'), mapping.instant_at(payload, '{lastUpdated}')), coalesce(mapping.epoch_at(payload, '{anomalyStateUpdateTimestamp}', 1000), mapping.epoch_at(payload, '{lastUpdated}', 1000)))
        when 'webhook' then coalesce(coalesce(mapping.instant_at(payload, '{timestampISO8601}'), mapping.instant_at(payload, '{timestamp}')), coalesce(mapping.epoch_at(payload, '{timestampISO8601}', 1000), mapping.epoch_at(payload, '{timestamp}', 1000)))
    end as resolved_at,
    case variant
        when 'incident' then jsonb_strip_nulls(jsonb_build_object('detector', payload #> '{detectorId}', 'muted', payload #> '{isMuted}'))
        when 'webhook' then jsonb_strip_nulls(jsonb_build_object('detector', coalesce(nullif(payload #> '{detectorId}', 'null'), nullif(payload #> '{detector}', 'null')), 'event_type', coalesce(nullif(payload #> '{eventType}', 'null'), nullif(payload #> '{inputs,eventType}', 'null')), 'runbook', coalesce(nullif(payload #> '{runbookUrl}', 'null'), nullif(payload #> '{inputs,runbookUrl}', 'null'))))
        else '{}'::jsonb
    end as attributes
from variants
