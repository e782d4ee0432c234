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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'sumo_logic'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'sumo_logic') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'sumo_logic' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{item,id}') and mapping.has_value(payload, '{item,name}')) then 'monitor'
            when (mapping.has_value(payload, '{_messageid}') and mapping.has_value(payload, '{_raw}')) then 'message of a search'
            when ((mapping.has_value(payload, '{trigger_type}') or mapping.has_value(payload, '{triggerType}') or mapping.has_value(payload, '{TriggerType}') or (mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{monitorId}') or mapping.has_value(payload, '{monitor_id}') or mapping.has_value(payload, '{monitor_name}')))) and (mapping.has_value(payload, '{name}') or mapping.has_value(payload, '{Name}') or mapping.has_value(payload, '{monitor_name}'))) then 'webhook'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'sumo_logic'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'monitor' then mapping.text_at(payload, '{item,name}')
        when 'message of a search' then mapping.text_at(payload, '{_raw}')
        when 'webhook' then coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{Name}'), mapping.text_at(payload, '{monitor_name}'))
    end as title,
    case variant
        when 'monitor' then mapping.text_at(payload, '{item,description}')
        when 'webhook' then coalesce(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{Description}'), mapping.text_at(payload, '{trigger_condition}'), mapping.text_at(payload, '{triggerCondition}'))
    end as body,
    case variant
        when 'monitor' then mapping.text_at(payload, '{item,status,0}')
        when 'webhook' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{trigger_type}'), mapping.text_at(payload, '{triggerType}'), mapping.text_at(payload, '{TriggerType}'))
    end as severity_value,
    case variant
        when 'monitor' then mapping.text_at(payload, '{item,status,0}')
        when 'webhook' then coalesce(mapping.text_at(payload, '{status}'), mapping.text_at(payload, '{trigger_type}'), mapping.text_at(payload, '{triggerType}'), mapping.text_at(payload, '{TriggerType}'))
    end as status_value,
    case variant
        when 'monitor' then coalesce(mapping.tag_at(payload, '{item,tags}', 'service|app'), mapping.text_at(payload, '{path}'))
        when 'message of a search' then coalesce(mapping.text_at(payload, '{_sourcecategory}'), mapping.text_at(payload, '{_sourceCategory}'), mapping.text_at(payload, '{_collector}'))
        when 'webhook' then coalesce(mapping.text_at(payload, '{service}'), mapping.text_at(payload, '{entities,0,name}'), mapping.text_at(payload, '{source_host}'), mapping.text_at(payload, '{SourceURL}'), mapping.text_at(payload, '{collector}'))
    end as service,
    case variant
        when 'monitor' then coalesce(mapping.text_at(payload, '{item,monitorType}'), mapping.text_at(payload, '{item,contentType}'))
        when 'webhook' then coalesce(mapping.text_at(payload, '{detection_method}'), mapping.text_at(payload, '{detectionMethod}'), mapping.text_at(payload, '{monitor_type}'), mapping.text_at(payload, '{monitorType}'))
    end as error_type,
    case variant
        when 'monitor' then mapping.tag_at(payload, '{item,tags}', 'team|owner')
        when 'webhook' then mapping.text_at(payload, '{team}')
    end as team,
    case variant
        when 'monitor' then mapping.tag_at(payload, '{item,tags}', 'environment|env')
        when 'message of a search' then mapping.text_at(payload, '{_collector}')
        when 'webhook' then mapping.text_at(payload, '{environment}')
    end as environment,
    case variant when 'webhook' then coalesce(mapping.text_at(payload, '{alert_url}'), mapping.text_at(payload, '{alertResponseUrl}'), mapping.text_at(payload, '{alertResponseURL}'), mapping.text_at(payload, '{AlertResponseUrl}'), mapping.text_at(payload, '{AlertResponseURL}'), mapping.text_at(payload, '{query_url}'), mapping.text_at(payload, '{queryURL}'), mapping.text_at(payload, '{QueryUrl}'), mapping.text_at(payload, '{QueryURL}')) end as external_url,
    case variant
        when 'monitor' then mapping.instant_at(payload, '{item,createdAt}')
        when 'message of a search' then coalesce(coalesce(mapping.instant_at(payload, '{_messagetime}'), mapping.instant_at(payload, '{_receipttime}')), coalesce(mapping.epoch_at(payload, '{_messagetime}', 1000), mapping.epoch_at(payload, '{_receipttime}', 1000)))
        when 'webhook' then coalesce(coalesce(mapping.instant_at(payload, '{trigger_time}'), mapping.instant_at(payload, '{triggerTime}'), mapping.instant_at(payload, '{triggerTimeStart}'), mapping.instant_at(payload, '{TriggerTimeStart}'), mapping.instant_at(payload, '{timestamp}'), mapping.instant_at(payload, '{createdAt}')), coalesce(mapping.epoch_at(payload, '{trigger_time}', 1000), mapping.epoch_at(payload, '{triggerTime}', 1000), mapping.epoch_at(payload, '{triggerTimeStart}', 1000), mapping.epoch_at(payload, '{TriggerTimeStart}', 1000), mapping.epoch_at(payload, '{timestamp}', 1000), mapping.epoch_at(payload, '{createdAt}', 1000)))
    end as source_created_at,
    case variant
        when 'monitor' then mapping.instant_at(payload, '{item,modifiedAt}')
        when 'webhook' then coalesce(coalesce(mapping.instant_at(payload, '{resolvedAt}'), mapping.instant_at(payload, '{trigger_time}'), mapping.instant_at(payload, '{triggerTime}'), mapping.instant_at(payload, '{triggerTimeStart}'), mapping.instant_at(payload, '{TriggerTimeStart}'), mapping.instant_at(payload, '{timestamp}')), coalesce(mapping.epoch_at(payload, '{resolvedAt}', 1000), mapping.epoch_at(payload, '{trigger_time}', 1000), mapping.epoch_at(payload, '{triggerTime}', 1000), mapping.epoch_at(payload, '{triggerTimeStart}', 1000), mapping.epoch_at(payload, '{TriggerTimeStart}', 1000), mapping.epoch_at(payload, '{timestamp}', 1000)))
    end as resolved_at,
    case variant
        when 'monitor' then jsonb_strip_nulls(jsonb_build_object('path', payload #> '{path}'))
        when 'message of a search' then jsonb_strip_nulls(jsonb_build_object('host', payload #> '{_sourcehost}', 'source', payload #> '{_sourcename}'))
        when 'webhook' then jsonb_strip_nulls(jsonb_build_object('value', coalesce(nullif(payload #> '{trigger_value}', 'null'), nullif(payload #> '{triggerValue}', 'null')), 'query', coalesce(nullif(payload #> '{query}', 'null'), nullif(payload #> '{Query}', 'null'))))
        else '{}'::jsonb
    end as attributes
from variants
