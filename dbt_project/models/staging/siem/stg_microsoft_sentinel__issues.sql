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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'microsoft_sentinel'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'microsoft_sentinel') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'microsoft_sentinel' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{properties,title}') and mapping.has_value(payload, '{properties,createdTimeUtc}')) then 'incident'
            when (mapping.has_value(payload, '{properties,systemAlertId}') and mapping.has_value(payload, '{properties,alertDisplayName}')) then 'alert'
            when (mapping.has_value(payload, '{title}') and (mapping.has_value(payload, '{created_time_utc}') or mapping.has_value(payload, '{createdTimeUtc}'))) then 'incident of the Python library'
            when (mapping.has_value(payload, '{IncidentName}') and mapping.has_value(payload, '{Title}')) then 'row of the table SecurityIncident'
            when (mapping.has_value(payload, '{SystemAlertId}') and (mapping.has_value(payload, '{DisplayName}') or mapping.has_value(payload, '{AlertName}'))) then 'row of the table SecurityAlert'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'microsoft_sentinel'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'incident' then mapping.text_at(payload, '{properties,title}')
        when 'alert' then mapping.text_at(payload, '{properties,alertDisplayName}')
        when 'incident of the Python library' then mapping.text_at(payload, '{title}')
        when 'row of the table SecurityIncident' then mapping.text_at(payload, '{Title}')
        when 'row of the table SecurityAlert' then coalesce(mapping.text_at(payload, '{DisplayName}'), mapping.text_at(payload, '{AlertName}'))
    end as title,
    case variant
        when 'incident' then mapping.text_at(payload, '{properties,description}')
        when 'alert' then mapping.text_at(payload, '{properties,description}')
        when 'incident of the Python library' then mapping.text_at(payload, '{description}')
        when 'row of the table SecurityIncident' then mapping.text_at(payload, '{Description}')
        when 'row of the table SecurityAlert' then mapping.text_at(payload, '{Description}')
    end as body,
    case variant
        when 'incident' then mapping.text_at(payload, '{properties,severity}')
        when 'alert' then mapping.text_at(payload, '{properties,severity}')
        when 'incident of the Python library' then mapping.text_at(payload, '{severity}')
        when 'row of the table SecurityIncident' then mapping.text_at(payload, '{Severity}')
        when 'row of the table SecurityAlert' then coalesce(mapping.text_at(payload, '{AlertSeverity}'), mapping.text_at(payload, '{Severity}'))
    end as severity_value,
    case variant
        when 'incident' then mapping.text_at(payload, '{properties,status}')
        when 'alert' then mapping.text_at(payload, '{properties,status}')
        when 'incident of the Python library' then mapping.text_at(payload, '{status}')
        when 'row of the table SecurityIncident' then mapping.text_at(payload, '{Status}')
        when 'row of the table SecurityAlert' then mapping.text_at(payload, '{Status}')
    end as status_value,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{properties,additionalData,alertProductNames,0}'), mapping.text_at(payload, '{properties,providerName}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{properties,compromisedEntity}'), mapping.text_at(payload, '{properties,productName}'))
        when 'incident of the Python library' then coalesce(mapping.text_at(payload, '{additional_data,alert_product_names,0}'), mapping.text_at(payload, '{additionalData,alertProductNames,0}'))
        when 'row of the table SecurityIncident' then coalesce(mapping.text_at(payload, '{AdditionalData,alertProductNames,0}'), mapping.text_at(payload, '{ProviderName}'))
        when 'row of the table SecurityAlert' then coalesce(mapping.text_at(payload, '{CompromisedEntity}'), mapping.text_at(payload, '{ProductName}'))
    end as service,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{properties,additionalData,techniques,0}'), mapping.text_at(payload, '{properties,additionalData,tactics,0}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{properties,tactics,0}'), mapping.text_at(payload, '{properties,alertType}'))
        when 'incident of the Python library' then coalesce(mapping.text_at(payload, '{additional_data,tactics,0}'), mapping.text_at(payload, '{additionalData,tactics,0}'))
        when 'row of the table SecurityIncident' then mapping.text_at(payload, '{AdditionalData,tactics,0}')
        when 'row of the table SecurityAlert' then coalesce(mapping.text_at(payload, '{AlertType}'), mapping.text_at(payload, '{Tactics}'))
    end as error_type,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{properties,owner,assignedTo}'), mapping.text_at(payload, '{properties,owner,email}'))
        when 'incident of the Python library' then coalesce(mapping.text_at(payload, '{owner,assigned_to}'), mapping.text_at(payload, '{owner,assignedTo}'), mapping.text_at(payload, '{owner,email}'))
        when 'row of the table SecurityIncident' then coalesce(mapping.text_at(payload, '{Owner,assignedTo}'), mapping.text_at(payload, '{Owner,email}'))
    end as team,
    null::text as environment,
    case variant
        when 'incident' then mapping.text_at(payload, '{properties,incidentUrl}')
        when 'alert' then mapping.text_at(payload, '{properties,alertLink}')
        when 'incident of the Python library' then coalesce(mapping.text_at(payload, '{incident_url}'), mapping.text_at(payload, '{incidentUrl}'))
        when 'row of the table SecurityIncident' then mapping.text_at(payload, '{IncidentUrl}')
        when 'row of the table SecurityAlert' then mapping.text_at(payload, '{AlertLink}')
    end as external_url,
    case variant
        when 'incident' then mapping.instant_at(payload, '{properties,createdTimeUtc}')
        when 'alert' then coalesce(mapping.instant_at(payload, '{properties,timeGenerated}'), mapping.instant_at(payload, '{properties,startTimeUtc}'))
        when 'incident of the Python library' then coalesce(mapping.instant_at(payload, '{created_time_utc}'), mapping.instant_at(payload, '{createdTimeUtc}'))
        when 'row of the table SecurityIncident' then coalesce(mapping.instant_at(payload, '{CreatedTime}'), mapping.instant_at(payload, '{TimeGenerated}'))
        when 'row of the table SecurityAlert' then coalesce(mapping.instant_at(payload, '{TimeGenerated}'), mapping.instant_at(payload, '{StartTime}'))
    end as source_created_at,
    case variant
        when 'incident' then mapping.instant_at(payload, '{properties,lastModifiedTimeUtc}')
        when 'alert' then mapping.instant_at(payload, '{properties,endTimeUtc}')
        when 'incident of the Python library' then coalesce(mapping.instant_at(payload, '{last_modified_time_utc}'), mapping.instant_at(payload, '{lastModifiedTimeUtc}'))
        when 'row of the table SecurityIncident' then coalesce(mapping.instant_at(payload, '{ClosedTime}'), mapping.instant_at(payload, '{LastModifiedTime}'))
        when 'row of the table SecurityAlert' then mapping.instant_at(payload, '{EndTime}')
    end as resolved_at,
    case variant
        when 'incident' then jsonb_strip_nulls(jsonb_build_object('incident_number', payload #> '{properties,incidentNumber}', 'classification', payload #> '{properties,classification}', 'tactics', payload #> '{properties,additionalData,tactics}', 'labels', payload #> '{properties,labels}'))
        when 'incident of the Python library' then jsonb_strip_nulls(jsonb_build_object('incident_number', coalesce(nullif(payload #> '{incident_number}', 'null'), nullif(payload #> '{incidentNumber}', 'null'))))
        when 'row of the table SecurityIncident' then jsonb_strip_nulls(jsonb_build_object('incident_number', payload #> '{IncidentNumber}', 'classification', payload #> '{Classification}'))
        else '{}'::jsonb
    end as attributes
from variants
