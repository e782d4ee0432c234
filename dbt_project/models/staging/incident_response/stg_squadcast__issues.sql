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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'squadcast'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'squadcast') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'squadcast' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{incident_id}') and mapping.has_value(payload, '{message}') and mapping.has_value(payload, '{payload}')) then 'event of an incident'
            when (mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{title}') or mapping.has_value(payload, '{message}')) and (mapping.has_value(payload, '{created_at}') or mapping.has_value(payload, '{timeOfCreation}') or mapping.has_value(payload, '{time_of_creation}'))) then 'incident'
            when (mapping.has_value(payload, '{event_id}') and mapping.has_value(payload, '{message}') and mapping.has_value(payload, '{status}')) then 'event sent to a service'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'squadcast'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'event of an incident' then mapping.text_at(payload, '{message}')
        when 'incident' then coalesce(mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{message}'))
        when 'event sent to a service' then mapping.text_at(payload, '{message}')
    end as title,
    case variant
        when 'event of an incident' then nullif(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{message}'))
        when 'incident' then nullif(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{title}'))
        when 'event sent to a service' then nullif(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{message}'))
    end as body,
    case variant
        when 'event of an incident' then coalesce(mapping.text_at(payload, '{priority}'), mapping.text_at(payload, '{tags,severity,value}'), mapping.text_at(payload, '{tags,Severity,value}'), mapping.text_at(payload, '{tags,priority,value}'), mapping.text_at(payload, '{tags,severity}'), mapping.text_at(payload, '{payload,tags,severity,value}'))
        when 'incident' then coalesce(mapping.text_at(payload, '{priority}'), mapping.text_at(payload, '{tags,severity,value}'), mapping.text_at(payload, '{tags,Severity,value}'), mapping.text_at(payload, '{tags,priority,value}'), mapping.text_at(payload, '{tags,severity}'), mapping.text_at(payload, '{payload,tags,severity,value}'))
        when 'event sent to a service' then coalesce(mapping.text_at(payload, '{priority}'), mapping.text_at(payload, '{tags,severity,value}'), mapping.text_at(payload, '{tags,Severity,value}'), mapping.text_at(payload, '{tags,priority,value}'), mapping.text_at(payload, '{tags,severity}'), mapping.text_at(payload, '{payload,tags,severity,value}'))
    end as severity_value,
    case variant
        when 'event of an incident' then mapping.text_at(payload, '{payload,status}')
        when 'incident' then mapping.text_at(payload, '{status}')
        when 'event sent to a service' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'event of an incident' then coalesce(mapping.text_at(payload, '{service,name}'), mapping.text_at(payload, '{service_name}'), mapping.text_at(payload, '{service}'), mapping.text_at(payload, '{tags,service,value}'), mapping.text_at(payload, '{payload,tags,service,value}'))
        when 'incident' then coalesce(mapping.text_at(payload, '{service,name}'), mapping.text_at(payload, '{service_name}'), mapping.text_at(payload, '{service}'), mapping.text_at(payload, '{tags,service,value}'), mapping.text_at(payload, '{payload,tags,service,value}'))
        when 'event sent to a service' then coalesce(mapping.text_at(payload, '{service,name}'), mapping.text_at(payload, '{service_name}'), mapping.text_at(payload, '{service}'), mapping.text_at(payload, '{tags,service,value}'), mapping.text_at(payload, '{payload,tags,service,value}'))
    end as service,
    case variant
        when 'event of an incident' then coalesce(mapping.text_at(payload, '{tags,error_type,value}'), mapping.text_at(payload, '{tags,error_type}'), mapping.text_at(payload, '{payload,tags,error_type,value}'))
        when 'incident' then coalesce(mapping.text_at(payload, '{tags,error_type,value}'), mapping.text_at(payload, '{tags,error_type}'), mapping.text_at(payload, '{payload,tags,error_type,value}'))
        when 'event sent to a service' then coalesce(mapping.text_at(payload, '{tags,error_type,value}'), mapping.text_at(payload, '{tags,error_type}'), mapping.text_at(payload, '{payload,tags,error_type,value}'))
    end as error_type,
    case variant
        when 'event of an incident' then coalesce(mapping.text_at(payload, '{owner,name}'), mapping.text_at(payload, '{team,name}'), mapping.text_at(payload, '{team}'), mapping.text_at(payload, '{squad,name}'), mapping.text_at(payload, '{tags,team,value}'), mapping.text_at(payload, '{payload,tags,team,value}'))
        when 'incident' then coalesce(mapping.text_at(payload, '{owner,name}'), mapping.text_at(payload, '{team,name}'), mapping.text_at(payload, '{team}'), mapping.text_at(payload, '{squad,name}'), mapping.text_at(payload, '{tags,team,value}'), mapping.text_at(payload, '{payload,tags,team,value}'))
        when 'event sent to a service' then coalesce(mapping.text_at(payload, '{owner,name}'), mapping.text_at(payload, '{team,name}'), mapping.text_at(payload, '{team}'), mapping.text_at(payload, '{squad,name}'), mapping.text_at(payload, '{tags,team,value}'), mapping.text_at(payload, '{payload,tags,team,value}'))
    end as team,
    case variant
        when 'event of an incident' then coalesce(mapping.text_at(payload, '{tags,environment,value}'), mapping.text_at(payload, '{tags,env,value}'), mapping.text_at(payload, '{tags,environment}'), mapping.text_at(payload, '{payload,tags,environment,value}'))
        when 'incident' then coalesce(mapping.text_at(payload, '{tags,environment,value}'), mapping.text_at(payload, '{tags,env,value}'), mapping.text_at(payload, '{tags,environment}'), mapping.text_at(payload, '{payload,tags,environment,value}'))
        when 'event sent to a service' then coalesce(mapping.text_at(payload, '{tags,environment,value}'), mapping.text_at(payload, '{tags,env,value}'), mapping.text_at(payload, '{tags,environment}'), mapping.text_at(payload, '{payload,tags,environment,value}'))
    end as environment,
    case variant when 'incident' then coalesce(mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{incident_url}'), mapping.text_at(payload, '{link}')) end as external_url,
    case variant
        when 'event of an incident' then mapping.instant_at(payload, '{time_of_creation}')
        when 'incident' then coalesce(mapping.instant_at(payload, '{created_at}'), mapping.instant_at(payload, '{timeOfCreation}'), mapping.instant_at(payload, '{time_of_creation}'))
    end as source_created_at,
    case variant when 'incident' then coalesce(mapping.instant_at(payload, '{resolved_at}'), mapping.instant_at(payload, '{updated_at}'), mapping.instant_at(payload, '{logs,-1,time}'), mapping.instant_at(payload, '{event_at}')) end as resolved_at,
    case variant
        when 'incident' then jsonb_strip_nulls(jsonb_build_object('number', coalesce(nullif(payload #> '{incidentNumber}', 'null'), nullif(payload #> '{incident_number}', 'null')), 'alert_source', coalesce(nullif(payload #> '{alert_source,name}', 'null'), nullif(payload #> '{alert_source}', 'null')), 'assignee', coalesce(nullif(payload #> '{assignee,name}', 'null'), nullif(payload #> '{assignee}', 'null')), 'events', payload #> '{event_count}'))
        when 'event sent to a service' then jsonb_strip_nulls(jsonb_build_object('tags', payload #> '{tags}'))
        else '{}'::jsonb
    end as attributes
from variants
