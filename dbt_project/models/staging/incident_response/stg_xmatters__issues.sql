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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'xmatters'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'xmatters') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'xmatters' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (kind in ('incident') and ((mapping.has_value(payload, '{summary}') or mapping.has_value(payload, '{name}')) and mapping.has_value(payload, '{incidentIdentifier}'))) then 'incident'
            when (mapping.has_value(payload, '{eventId}') and mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{created}') or mapping.has_value(payload, '{name}'))) then 'event'
            when (mapping.has_value(payload, '{eventIdentifier}') and mapping.has_value(payload, '{status}') and not mapping.has_value(payload, '{incidentIdentifier}')) then 'status webhook'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'xmatters'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{summary}'), mapping.text_at(payload, '{name}'))
        when 'event' then coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{properties,summary}'), mapping.text_at(payload, '{properties,subject}'), (mapping.text_at(payload, '{form,name}') || ' ' || mapping.text_at(payload, '{eventId}')))
        when 'status webhook' then coalesce(mapping.text_at(payload, '{eventProperties,summary}'), mapping.text_at(payload, '{eventProperties,subject}'), nullif(substring(mapping.text_at(payload, '{eventProperties}') from '"(?:summary|Summary|subject|Subject)": "([^"\\]+)"'), ''), mapping.text_at(payload, '{eventName}'), (mapping.text_at(payload, '{planName}') || ' ' || mapping.text_at(payload, '{eventIdentifier}')), ('Event ' || mapping.text_at(payload, '{eventIdentifier}')))
    end as title,
    case variant
        when 'incident' then mapping.text_at(payload, '{description}')
        when 'event' then coalesce(mapping.text_at(payload, '{properties,description}'), mapping.text_at(payload, '{properties,details}'), mapping.text_at(payload, '{expirationMessage}'))
        when 'status webhook' then coalesce(mapping.text_at(payload, '{eventProperties,description}'), mapping.text_at(payload, '{annotation}'))
    end as body,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{severity,name}'), mapping.text_at(payload, '{severity}'))
        when 'event' then mapping.text_at(payload, '{priority}')
        when 'status webhook' then mapping.text_at(payload, '{priority}')
    end as severity_value,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{status,name}'), mapping.text_at(payload, '{status}'))
        when 'event' then mapping.text_at(payload, '{status}')
        when 'status webhook' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{impactedServices,data,0,name}'), mapping.text_at(payload, '{impactedServices,data,0,service,targetName}'), mapping.text_at(payload, '{impactedServices,0,name}'), mapping.text_at(payload, '{services,data,0,targetName}'))
        when 'event' then coalesce(mapping.text_at(payload, '{properties,service}'), mapping.text_at(payload, '{properties,Service}'), mapping.text_at(payload, '{eventProperties,service}'), mapping.text_at(payload, '{eventProperties,Service}'), mapping.text_at(payload, '{plan,name}'), mapping.text_at(payload, '{form,name}'))
        when 'status webhook' then coalesce(mapping.text_at(payload, '{properties,service}'), mapping.text_at(payload, '{properties,Service}'), mapping.text_at(payload, '{eventProperties,service}'), mapping.text_at(payload, '{eventProperties,Service}'), nullif(substring(mapping.text_at(payload, '{eventProperties}') from '"(?:service|Service)": "([^"\\]+)"'), ''), mapping.text_at(payload, '{planName}'))
    end as service,
    case variant when 'event' then mapping.text_at(payload, '{form,name}') end as error_type,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{resolverGroup,targetName}'), mapping.text_at(payload, '{commander,targetName}'))
        when 'event' then coalesce(mapping.text_at(payload, '{properties,team}'), mapping.text_at(payload, '{recipients,data,0,targetName}'), mapping.text_at(payload, '{targetedRecipients,data,0,targetName}'))
        when 'status webhook' then mapping.text_at(payload, '{eventProperties,team}')
    end as team,
    case variant
        when 'event' then coalesce(mapping.text_at(payload, '{properties,environment}'), mapping.text_at(payload, '{properties,Environment}'), mapping.text_at(payload, '{eventProperties,environment}'), mapping.text_at(payload, '{eventProperties,Environment}'))
        when 'status webhook' then coalesce(mapping.text_at(payload, '{properties,environment}'), mapping.text_at(payload, '{properties,Environment}'), mapping.text_at(payload, '{eventProperties,environment}'), mapping.text_at(payload, '{eventProperties,Environment}'))
    end as environment,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{links,web}'), ('https://' || nullif(config ->> 'company', '') || '.xmatters.com' || mapping.text_at(payload, '{links,self}')))
        when 'event' then coalesce(mapping.text_at(payload, '{links,web}'), ('https://' || nullif(config ->> 'company', '') || '.xmatters.com' || mapping.text_at(payload, '{links,self}')))
    end as external_url,
    case variant
        when 'incident' then coalesce(mapping.instant_at(payload, '{createdAt}'), mapping.instant_at(payload, '{created}'), mapping.instant_at(payload, '{reportedAt}'))
        when 'event' then mapping.instant_at(payload, '{created}')
        when 'status webhook' then mapping.instant_at(payload, '{date}')
    end as source_created_at,
    case variant
        when 'incident' then coalesce(mapping.instant_at(payload, '{resolvedAt}'), mapping.instant_at(payload, '{updatedAt}'))
        when 'event' then coalesce(mapping.instant_at(payload, '{terminated}'), mapping.instant_at(payload, '{updated}'))
        when 'status webhook' then mapping.instant_at(payload, '{date}')
    end as resolved_at,
    case variant
        when 'incident' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{incidentIdentifier}', 'type', payload #> '{type}'))
        when 'event' then jsonb_strip_nulls(jsonb_build_object('id', payload #> '{id}', 'incident', payload #> '{incident}', 'event_type', payload #> '{eventType}', 'plan', payload #> '{plan,name}'))
        else '{}'::jsonb
    end as attributes
from variants
