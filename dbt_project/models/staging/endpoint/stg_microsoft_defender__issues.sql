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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'microsoft_defender'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'microsoft_defender') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'microsoft_defender' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{properties,AlertId}') and mapping.has_value(payload, '{properties,Title}')) then 'alert of the streaming API'
            when mapping.has_value(payload, '{properties,alertDisplayName}') then 'alert of Defender for Cloud'
            when ((mapping.has_value(payload, '{displayName}') or mapping.has_value(payload, '{summary}')) and not mapping.has_value(payload, '{title}') and mapping.has_value(payload, '{createdDateTime}')) then 'incident'
            when (mapping.has_value(payload, '{incidentId}') and mapping.has_value(payload, '{incidentName}')) then 'incident of the Microsoft 365 Defender API'
            when (mapping.has_value(payload, '{title}') and (mapping.has_value(payload, '{alertCreationTime}') or mapping.has_value(payload, '{creationTime}'))) then 'alert of the Defender for Endpoint API'
            when (mapping.has_value(payload, '{title}') and mapping.has_value(payload, '{vendorInformation}')) then 'alert of the former Graph API'
            when (mapping.has_value(payload, '{title}') and mapping.has_value(payload, '{createdDateTime}')) then 'alert'
            when (mapping.has_value(payload, '{AlertId}') and mapping.has_value(payload, '{Title}')) then 'row of the table AlertInfo'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'microsoft_defender'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert of the streaming API' then mapping.text_at(payload, '{properties,Title}')
        when 'alert of Defender for Cloud' then mapping.text_at(payload, '{properties,alertDisplayName}')
        when 'incident' then coalesce(mapping.text_at(payload, '{displayName}'), mapping.text_at(payload, '{summary}'))
        when 'incident of the Microsoft 365 Defender API' then mapping.text_at(payload, '{incidentName}')
        when 'alert of the Defender for Endpoint API' then mapping.text_at(payload, '{title}')
        when 'alert of the former Graph API' then mapping.text_at(payload, '{title}')
        when 'alert' then mapping.text_at(payload, '{title}')
        when 'row of the table AlertInfo' then mapping.text_at(payload, '{Title}')
    end as title,
    case variant
        when 'alert of Defender for Cloud' then mapping.text_at(payload, '{properties,description}')
        when 'incident' then coalesce(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{summary}'))
        when 'alert of the Defender for Endpoint API' then mapping.text_at(payload, '{description}')
        when 'alert of the former Graph API' then mapping.text_at(payload, '{description}')
        when 'alert' then mapping.text_at(payload, '{description}')
    end as body,
    case variant
        when 'alert of the streaming API' then mapping.text_at(payload, '{properties,Severity}')
        when 'alert of Defender for Cloud' then coalesce(mapping.text_at(payload, '{properties,severity}'), mapping.text_at(payload, '{properties,reportedSeverity}'))
        when 'incident' then mapping.text_at(payload, '{severity}')
        when 'incident of the Microsoft 365 Defender API' then mapping.text_at(payload, '{severity}')
        when 'alert of the Defender for Endpoint API' then mapping.text_at(payload, '{severity}')
        when 'alert of the former Graph API' then mapping.text_at(payload, '{severity}')
        when 'alert' then mapping.text_at(payload, '{severity}')
        when 'row of the table AlertInfo' then mapping.text_at(payload, '{Severity}')
    end as severity_value,
    case variant
        when 'alert of the streaming API' then mapping.text_at(payload, '{properties,Status}')
        when 'alert of Defender for Cloud' then coalesce(mapping.text_at(payload, '{properties,status}'), mapping.text_at(payload, '{properties,state}'))
        when 'incident' then mapping.text_at(payload, '{status}')
        when 'incident of the Microsoft 365 Defender API' then mapping.text_at(payload, '{status}')
        when 'alert of the Defender for Endpoint API' then mapping.text_at(payload, '{status}')
        when 'alert of the former Graph API' then mapping.text_at(payload, '{status}')
        when 'alert' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'alert of the streaming API' then coalesce(mapping.text_at(payload, '{properties,ServiceSource}'), mapping.text_at(payload, '{properties,DetectionSource}'))
        when 'alert of Defender for Cloud' then coalesce(mapping.text_at(payload, '{properties,compromisedEntity}'), nullif(substring(mapping.text_at(payload, '{properties,associatedResource}') from '([^/]+)$'), ''))
        when 'incident' then coalesce(mapping.text_at(payload, '{alerts,0,serviceSource}'), mapping.text_at(payload, '{alerts,0,productName}'))
        when 'incident of the Microsoft 365 Defender API' then coalesce(mapping.text_at(payload, '{alerts,0,serviceSource}'), mapping.text_at(payload, '{alerts,0,devices,0,deviceDnsName}'))
        when 'alert of the Defender for Endpoint API' then coalesce(mapping.text_at(payload, '{computerDnsName}'), mapping.text_at(payload, '{serviceSource}'), mapping.text_at(payload, '{detectionSource}'))
        when 'alert of the former Graph API' then coalesce(mapping.text_at(payload, '{hostStates,0,fqdn}'), mapping.text_at(payload, '{vendorInformation,provider}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{evidence,0,deviceDnsName}'), mapping.text_at(payload, '{evidence,1,deviceDnsName}'), mapping.text_at(payload, '{evidence,2,deviceDnsName}'), mapping.text_at(payload, '{evidence,0,hostName}'), mapping.text_at(payload, '{evidence,1,hostName}'), mapping.text_at(payload, '{serviceSource}'), mapping.text_at(payload, '{productName}'))
        when 'row of the table AlertInfo' then coalesce(mapping.text_at(payload, '{ServiceSource}'), mapping.text_at(payload, '{DetectionSource}'))
    end as service,
    case variant
        when 'alert of the streaming API' then mapping.text_at(payload, '{properties,Category}')
        when 'alert of Defender for Cloud' then coalesce(mapping.text_at(payload, '{properties,alertType}'), mapping.text_at(payload, '{properties,alertName}'))
        when 'incident' then coalesce(mapping.text_at(payload, '{alerts,0,category}'), mapping.text_at(payload, '{determination}'))
        when 'incident of the Microsoft 365 Defender API' then mapping.text_at(payload, '{alerts,0,category}')
        when 'alert of the Defender for Endpoint API' then coalesce(mapping.text_at(payload, '{threatName}'), mapping.text_at(payload, '{category}'))
        when 'alert of the former Graph API' then mapping.text_at(payload, '{category}')
        when 'alert' then coalesce(mapping.text_at(payload, '{threatDisplayName}'), mapping.text_at(payload, '{category}'))
        when 'row of the table AlertInfo' then mapping.text_at(payload, '{Category}')
    end as error_type,
    null::text as team,
    case variant when 'alert of Defender for Cloud' then nullif(substring(mapping.text_at(payload, '{id}') from '/resourceGroups/([^/]+)/'), '') end as environment,
    case variant
        when 'alert of Defender for Cloud' then mapping.text_at(payload, '{properties,alertUri}')
        when 'incident' then mapping.text_at(payload, '{incidentWebUrl}')
        when 'incident of the Microsoft 365 Defender API' then coalesce(mapping.text_at(payload, '{incidentUri}'), mapping.text_at(payload, '{incidentUrl}'))
        when 'alert of the former Graph API' then mapping.text_at(payload, '{sourceMaterials,0}')
        when 'alert' then mapping.text_at(payload, '{alertWebUrl}')
    end as external_url,
    case variant
        when 'alert of the streaming API' then coalesce(mapping.instant_at(payload, '{properties,Timestamp}'), mapping.instant_at(payload, '{time}'))
        when 'alert of Defender for Cloud' then coalesce(mapping.instant_at(payload, '{properties,startTimeUtc}'), mapping.instant_at(payload, '{properties,detectedTimeUtc}'), mapping.instant_at(payload, '{properties,timeGeneratedUtc}'), mapping.instant_at(payload, '{properties,reportedTimeUtc}'))
        when 'incident' then mapping.instant_at(payload, '{createdDateTime}')
        when 'incident of the Microsoft 365 Defender API' then mapping.instant_at(payload, '{createdTime}')
        when 'alert of the Defender for Endpoint API' then coalesce(mapping.instant_at(payload, '{alertCreationTime}'), mapping.instant_at(payload, '{creationTime}'), mapping.instant_at(payload, '{firstEventTime}'))
        when 'alert of the former Graph API' then coalesce(mapping.instant_at(payload, '{createdDateTime}'), mapping.instant_at(payload, '{eventDateTime}'))
        when 'alert' then coalesce(mapping.instant_at(payload, '{createdDateTime}'), mapping.instant_at(payload, '{firstActivityDateTime}'))
        when 'row of the table AlertInfo' then coalesce(mapping.instant_at(payload, '{Timestamp}'), mapping.epoch_at(payload, '{Timestamp}', 1000))
    end as source_created_at,
    case variant
        when 'alert of Defender for Cloud' then coalesce(mapping.instant_at(payload, '{properties,endTimeUtc}'), mapping.instant_at(payload, '{properties,timeGeneratedUtc}'))
        when 'incident' then mapping.instant_at(payload, '{lastUpdateDateTime}')
        when 'incident of the Microsoft 365 Defender API' then mapping.instant_at(payload, '{lastUpdateTime}')
        when 'alert of the Defender for Endpoint API' then coalesce(mapping.instant_at(payload, '{resolvedTime}'), mapping.instant_at(payload, '{lastUpdateTime}'), mapping.instant_at(payload, '{lastUpdatedTime}'))
        when 'alert of the former Graph API' then coalesce(mapping.instant_at(payload, '{closedDateTime}'), mapping.instant_at(payload, '{lastModifiedDateTime}'))
        when 'alert' then coalesce(mapping.instant_at(payload, '{resolvedDateTime}'), mapping.instant_at(payload, '{lastUpdateDateTime}'))
    end as resolved_at,
    case variant
        when 'alert of the streaming API' then jsonb_strip_nulls(jsonb_build_object('techniques', payload #> '{properties,AttackTechniques}', 'host', payload #> '{properties,DeviceName}'))
        when 'alert of Defender for Cloud' then jsonb_strip_nulls(jsonb_build_object('product', payload #> '{properties,productName}', 'intent', payload #> '{properties,intent}'))
        when 'incident' then jsonb_strip_nulls(jsonb_build_object('assigned_to', payload #> '{assignedTo}', 'classification', payload #> '{classification}', 'tags', payload #> '{customTags}'))
        when 'incident of the Microsoft 365 Defender API' then jsonb_strip_nulls(jsonb_build_object('assigned_to', payload #> '{assignedTo}', 'classification', payload #> '{classification}', 'tags', payload #> '{tags}'))
        when 'alert of the Defender for Endpoint API' then jsonb_strip_nulls(jsonb_build_object('assigned_to', payload #> '{assignedTo}', 'techniques', payload #> '{mitreTechniques}'))
        when 'alert of the former Graph API' then jsonb_strip_nulls(jsonb_build_object('assigned_to', payload #> '{assignedTo}'))
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('assigned_to', payload #> '{assignedTo}', 'techniques', payload #> '{mitreTechniques}', 'actor', payload #> '{actorDisplayName}', 'incident', payload #> '{incidentId}'))
        else '{}'::jsonb
    end as attributes
from variants
