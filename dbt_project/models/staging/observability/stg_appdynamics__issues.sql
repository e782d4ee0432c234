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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'appdynamics'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'appdynamics') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'appdynamics' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{incidentStatus}') and mapping.has_value(payload, '{startTimeInMillis}')) then 'health rule violation'
            when (mapping.has_value(payload, '{eventTime}') and mapping.has_value(payload, '{summary}') and mapping.has_value(payload, '{type}')) then 'event'
            when ((mapping.has_value(payload, '{event_type}') or mapping.has_value(payload, '{eventType}') or mapping.has_value(payload, '{details,event_type}') or mapping.has_value(payload, '{severity}')) and (mapping.has_value(payload, '{title}') or mapping.has_value(payload, '{description}') or mapping.has_value(payload, '{details,event_name}') or mapping.has_value(payload, '{message}') or mapping.has_value(payload, '{name}'))) then 'HTTP request'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'appdynamics'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'health rule violation' then mapping.text_at(payload, '{name}')
        when 'event' then mapping.text_at(payload, '{summary}')
        when 'HTTP request' then coalesce(mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{details,event_name}'), mapping.text_at(payload, '{displayName}'), mapping.text_at(payload, '{message}'))
    end as title,
    case variant
        when 'health rule violation' then mapping.text_at(payload, '{description}')
        when 'HTTP request' then nullif(coalesce(mapping.text_at(payload, '{message}'), mapping.text_at(payload, '{details,summary}'), mapping.text_at(payload, '{details,message}'), mapping.text_at(payload, '{summaryMessage}'), mapping.text_at(payload, '{description}')), mapping.text_at(payload, '{title}'))
    end as body,
    case variant
        when 'health rule violation' then mapping.text_at(payload, '{severity}')
        when 'event' then mapping.text_at(payload, '{severity}')
        when 'HTTP request' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{details,severity}'))
    end as severity_value,
    case variant
        when 'health rule violation' then mapping.text_at(payload, '{incidentStatus}')
        when 'event' then nullif(substring(mapping.text_at(payload, '{type}') from '^POLICY_\w+$'), '')
        when 'HTTP request' then coalesce(mapping.text_at(payload, '{status}'), mapping.text_at(payload, '{event_type}'), mapping.text_at(payload, '{eventType}'), mapping.text_at(payload, '{details,event_type}'))
    end as status_value,
    case variant
        when 'health rule violation' then coalesce(mapping.text_at(payload, '{affectedEntityDefinition,name}'), mapping.text_at(payload, '{triggeredEntityDefinition,name}'))
        when 'event' then coalesce(mapping.text_at(payload, '{affectedEntities,0,name}'), mapping.text_at(payload, '{triggeredEntity,name}'))
        when 'HTTP request' then coalesce(mapping.text_at(payload, '{tier}'), mapping.text_at(payload, '{application}'), mapping.text_at(payload, '{details,tier_name}'), mapping.text_at(payload, '{details,application_name}'), mapping.text_at(payload, '{details,node_name}'), mapping.text_at(payload, '{application,name}'))
    end as service,
    case variant
        when 'health rule violation' then coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{affectedEntityDefinition,entityType}'))
        when 'event' then coalesce(mapping.text_at(payload, '{subType}'), mapping.text_at(payload, '{type}'))
        when 'HTTP request' then coalesce(mapping.text_at(payload, '{details,event_type_key}'), mapping.text_at(payload, '{details,event_type}'), mapping.text_at(payload, '{healthRule}'), mapping.text_at(payload, '{health_rule}'))
    end as error_type,
    null::text as team,
    case variant when 'HTTP request' then mapping.text_at(payload, '{environment}') end as environment,
    case variant
        when 'health rule violation' then mapping.text_at(payload, '{deepLinkUrl}')
        when 'event' then mapping.text_at(payload, '{deepLinkUrl}')
        when 'HTTP request' then coalesce(mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{deepLink}'), mapping.text_at(payload, '{client_url}'))
    end as external_url,
    case variant
        when 'health rule violation' then coalesce(coalesce(mapping.epoch_at(payload, '{startTimeInMillis}', 1000), mapping.epoch_at(payload, '{detectedTimeInMillis}', 1000)), coalesce(mapping.instant_at(payload, '{startTimeInMillis}'), mapping.instant_at(payload, '{detectedTimeInMillis}')))
        when 'event' then coalesce(mapping.epoch_at(payload, '{eventTime}', 1000), mapping.instant_at(payload, '{eventTime}'))
        when 'HTTP request' then coalesce(coalesce(mapping.epoch_at(payload, '{time}', 1000), mapping.epoch_at(payload, '{details,event_time}', 1000), mapping.epoch_at(payload, '{eventTime}', 1000)), coalesce(mapping.instant_at(payload, '{time}'), mapping.instant_at(payload, '{details,event_time}'), mapping.instant_at(payload, '{eventTime}')))
    end as source_created_at,
    case variant
        when 'health rule violation' then coalesce(mapping.epoch_at(payload, '{endTimeInMillis}', 1000), mapping.instant_at(payload, '{endTimeInMillis}'))
        when 'event' then coalesce(mapping.epoch_at(payload, '{eventTime}', 1000), mapping.instant_at(payload, '{eventTime}'))
        when 'HTTP request' then coalesce(coalesce(mapping.epoch_at(payload, '{time}', 1000), mapping.epoch_at(payload, '{details,event_time}', 1000), mapping.epoch_at(payload, '{eventTime}', 1000)), coalesce(mapping.instant_at(payload, '{time}'), mapping.instant_at(payload, '{details,event_time}'), mapping.instant_at(payload, '{eventTime}')))
    end as resolved_at,
    case variant
        when 'health rule violation' then jsonb_strip_nulls(jsonb_build_object('entity_type', payload #> '{affectedEntityDefinition,entityType}'))
        when 'HTTP request' then jsonb_strip_nulls(jsonb_build_object('application', coalesce(nullif(payload #> '{application}', 'null'), nullif(payload #> '{details,application_name}', 'null')), 'node', coalesce(nullif(payload #> '{node}', 'null'), nullif(payload #> '{details,node_name}', 'null')), 'guid', payload #> '{details,guid}'))
        else '{}'::jsonb
    end as attributes
from variants
