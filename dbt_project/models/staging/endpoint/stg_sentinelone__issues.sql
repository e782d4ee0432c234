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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'sentinelone'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'sentinelone') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'sentinelone' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when mapping.has_value(payload, '{threatInfo,threatName}') then 'threat'
            when (mapping.has_value(payload, '{alertInfo,alertId}') and mapping.has_value(payload, '{ruleInfo,name}')) then 'alert of a custom rule'
            when (mapping.has_value(payload, '{detectedAt}') and mapping.has_value(payload, '{detectionSource}') and mapping.has_value(payload, '{name}')) then 'unified alert'
            when (mapping.has_value(payload, '{fileDisplayName}') and mapping.has_value(payload, '{createdAt}')) then 'threat of API version 2.0'
            when (kind in ('activity') and (mapping.has_value(payload, '{primaryDescription}') or mapping.has_value(payload, '{primarydescription}')) and (mapping.has_value(payload, '{threatId}') or mapping.has_value(payload, '{threatid}') or mapping.has_value(payload, '{data,alertId}') or mapping.has_value(payload, '{data,alertid}'))) then 'activity'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'sentinelone'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'threat' then mapping.text_at(payload, '{threatInfo,threatName}')
        when 'alert of a custom rule' then mapping.text_at(payload, '{ruleInfo,name}')
        when 'unified alert' then mapping.text_at(payload, '{name}')
        when 'threat of API version 2.0' then coalesce(mapping.text_at(payload, '{threatName}'), mapping.text_at(payload, '{fileDisplayName}'))
        when 'activity' then coalesce(mapping.text_at(payload, '{primaryDescription}'), mapping.text_at(payload, '{primarydescription}'))
    end as title,
    case variant
        when 'threat' then coalesce(mapping.text_at(payload, '{threatInfo,filePath}'), mapping.text_at(payload, '{threatInfo,classification}'))
        when 'alert of a custom rule' then mapping.text_at(payload, '{ruleInfo,description}')
        when 'unified alert' then mapping.text_at(payload, '{description}')
        when 'threat of API version 2.0' then coalesce(mapping.text_at(payload, '{filePath}'), mapping.text_at(payload, '{description}'))
        when 'activity' then coalesce(mapping.text_at(payload, '{secondaryDescription}'), mapping.text_at(payload, '{secondarydescription}'))
    end as body,
    case variant
        when 'threat' then mapping.text_at(payload, '{threatInfo,confidenceLevel}')
        when 'alert of a custom rule' then mapping.text_at(payload, '{ruleInfo,severity}')
        when 'unified alert' then mapping.text_at(payload, '{severity}')
        when 'threat of API version 2.0' then coalesce(mapping.text_at(payload, '{confidenceLevel}'), mapping.text_at(payload, '{rank}'))
        when 'activity' then coalesce(nullif(substring(mapping.text_at(payload, '{data,severity}') from '^(?:E_)?(.+)$'), ''), mapping.text_at(payload, '{data,confidenceLevel}'), mapping.text_at(payload, '{data,confidencelevel}'), nullif(substring(coalesce(mapping.text_at(payload, '{primaryDescription}'), mapping.text_at(payload, '{primarydescription}')) from '\y(malicious|suspicious)\y'), ''))
    end as severity_value,
    case variant
        when 'threat' then mapping.text_at(payload, '{threatInfo,incidentStatus}')
        when 'alert of a custom rule' then mapping.text_at(payload, '{alertInfo,incidentStatus}')
        when 'unified alert' then mapping.text_at(payload, '{status}')
        when 'threat of API version 2.0' then coalesce(mapping.text_at(payload, '{incidentStatus}'), mapping.text_at(payload, '{mitigationStatus}'))
        when 'activity' then coalesce(mapping.text_at(payload, '{data,newIncidentStatus}'), mapping.text_at(payload, '{data,newincidentstatus}'), 'unresolved')
    end as status_value,
    case variant
        when 'threat' then coalesce(mapping.text_at(payload, '{agentRealtimeInfo,agentComputerName}'), mapping.text_at(payload, '{agentDetectionInfo,agentComputerName}'))
        when 'alert of a custom rule' then coalesce(mapping.text_at(payload, '{agentDetectionInfo,name}'), mapping.text_at(payload, '{agentRealtimeInfo,name}'))
        when 'unified alert' then coalesce(mapping.text_at(payload, '{asset,name}'), mapping.text_at(payload, '{assets,0,name}'))
        when 'threat of API version 2.0' then mapping.text_at(payload, '{agentComputerName}')
        when 'activity' then coalesce(mapping.text_at(payload, '{data,computerName}'), mapping.text_at(payload, '{data,computername}'), mapping.text_at(payload, '{agentComputerName}'), mapping.text_at(payload, '{data,agentipv4}'))
    end as service,
    case variant
        when 'threat' then coalesce(mapping.text_at(payload, '{threatInfo,classification}'), mapping.text_at(payload, '{threatInfo,engines,0}'))
        when 'alert of a custom rule' then coalesce(mapping.text_at(payload, '{ruleInfo,treatAsThreat}'), mapping.text_at(payload, '{alertInfo,eventType}'))
        when 'unified alert' then coalesce(mapping.text_at(payload, '{classification}'), mapping.text_at(payload, '{detectionSource,engine}'))
        when 'threat of API version 2.0' then mapping.text_at(payload, '{classification}')
        when 'activity' then coalesce(mapping.text_at(payload, '{data,threatClassification}'), mapping.text_at(payload, '{data,threatclassification}'), mapping.text_at(payload, '{data,ruleName}'), mapping.text_at(payload, '{data,rulename}'))
    end as error_type,
    case variant
        when 'threat' then coalesce(mapping.text_at(payload, '{agentRealtimeInfo,siteName}'), mapping.text_at(payload, '{agentDetectionInfo,siteName}'))
        when 'alert of a custom rule' then mapping.text_at(payload, '{agentDetectionInfo,siteName}')
        when 'unified alert' then mapping.text_at(payload, '{realTime,scope,site,name}')
        when 'threat of API version 2.0' then mapping.text_at(payload, '{siteName}')
        when 'activity' then coalesce(mapping.text_at(payload, '{siteName}'), mapping.text_at(payload, '{sitename}'), mapping.text_at(payload, '{data,siteName}'), mapping.text_at(payload, '{data,sitename}'))
    end as team,
    case variant
        when 'threat' then coalesce(mapping.text_at(payload, '{agentRealtimeInfo,groupName}'), mapping.text_at(payload, '{agentDetectionInfo,groupName}'))
        when 'alert of a custom rule' then mapping.text_at(payload, '{agentDetectionInfo,groupName}')
        when 'activity' then coalesce(mapping.text_at(payload, '{groupName}'), mapping.text_at(payload, '{groupname}'), mapping.text_at(payload, '{data,groupName}'), mapping.text_at(payload, '{data,groupname}'))
    end as environment,
    null::text as external_url,
    case variant
        when 'threat' then coalesce(mapping.instant_at(payload, '{threatInfo,createdAt}'), mapping.instant_at(payload, '{createdAt}'), mapping.instant_at(payload, '{threatInfo,identifiedAt}'))
        when 'alert of a custom rule' then coalesce(mapping.instant_at(payload, '{alertInfo,createdAt}'), mapping.instant_at(payload, '{alertInfo,reportedAt}'))
        when 'unified alert' then coalesce(mapping.instant_at(payload, '{createdAt}'), mapping.instant_at(payload, '{detectedAt}'))
        when 'threat of API version 2.0' then mapping.instant_at(payload, '{createdAt}')
        when 'activity' then coalesce(mapping.instant_at(payload, '{createdAt}'), mapping.instant_at(payload, '{createdat}'))
    end as source_created_at,
    case variant
        when 'threat' then coalesce(mapping.instant_at(payload, '{threatInfo,updatedAt}'), mapping.instant_at(payload, '{updatedAt}'))
        when 'alert of a custom rule' then mapping.instant_at(payload, '{alertInfo,updatedAt}')
        when 'unified alert' then mapping.instant_at(payload, '{updatedAt}')
        when 'threat of API version 2.0' then mapping.instant_at(payload, '{updatedAt}')
    end as resolved_at,
    case variant
        when 'threat' then jsonb_strip_nulls(jsonb_build_object('mitigation', payload #> '{threatInfo,mitigationStatus}', 'verdict', payload #> '{threatInfo,analystVerdict}', 'sha1', payload #> '{threatInfo,sha1}', 'storyline', payload #> '{threatInfo,storyline}'))
        when 'alert of a custom rule' then jsonb_strip_nulls(jsonb_build_object('verdict', payload #> '{alertInfo,analystVerdict}'))
        when 'unified alert' then jsonb_strip_nulls(jsonb_build_object('verdict', payload #> '{analystVerdict}'))
        when 'activity' then jsonb_strip_nulls(jsonb_build_object('activity_type', coalesce(nullif(payload #> '{activityType}', 'null'), nullif(payload #> '{activitytype}', 'null'))))
        else '{}'::jsonb
    end as attributes
from variants
