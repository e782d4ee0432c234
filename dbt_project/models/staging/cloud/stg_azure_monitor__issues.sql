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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'azure_monitor'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'azure_monitor') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'azure_monitor' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{data,essentials,alertRule}') and mapping.has_value(payload, '{data,essentials,alertId}')) then 'common alert schema'
            when mapping.has_value(payload, '{properties,essentials,severity}') then 'alert of the API'
            when mapping.has_value(payload, '{data,context,activityLog,operationName}') then 'activity log alert'
            when mapping.has_value(payload, '{context,activityLog,operationName}') then 'activity log alert without schema'
            when (mapping.has_value(payload, '{data,context,name}') and mapping.has_value(payload, '{data,status}')) then 'metric alert'
            when (mapping.has_value(payload, '{context,name}') and mapping.has_value(payload, '{status}')) then 'classic metric alert'
            when (mapping.has_value(payload, '{data,AlertRuleName}') and mapping.has_value(payload, '{data,SearchQuery}')) then 'log alert'
            when (mapping.has_value(payload, '{AlertRuleName}') and mapping.has_value(payload, '{SearchQuery}')) then 'log alert without schema'
            when (mapping.has_value(payload, '{operationName}') and mapping.has_value(payload, '{category}') and mapping.has_value(payload, '{resourceId}') and not coalesce(lower(coalesce(mapping.text_at(payload, '{resultType}'), mapping.text_at(payload, '{status,value}'))) in ('accept', 'accepted', 'start', 'started', 'succeeded', 'success'), false)) then 'entry of the activity log'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'azure_monitor'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'common alert schema' then mapping.text_at(payload, '{data,essentials,alertRule}')
        when 'alert of the API' then coalesce(nullif(substring(mapping.text_at(payload, '{properties,essentials,alertRule}') from '/([^/]+)/?$'), ''), mapping.text_at(payload, '{properties,essentials,alertRule}'), mapping.text_at(payload, '{name}'))
        when 'activity log alert' then coalesce(mapping.text_at(payload, '{data,context,activityLog,properties,title}'), mapping.text_at(payload, '{data,context,activityLog,description}'), mapping.text_at(payload, '{data,context,activityLog,operationName}'))
        when 'activity log alert without schema' then coalesce(mapping.text_at(payload, '{context,activityLog,properties,title}'), mapping.text_at(payload, '{context,activityLog,description}'), mapping.text_at(payload, '{context,activityLog,operationName}'))
        when 'metric alert' then mapping.text_at(payload, '{data,context,name}')
        when 'classic metric alert' then mapping.text_at(payload, '{context,name}')
        when 'log alert' then mapping.text_at(payload, '{data,AlertRuleName}')
        when 'log alert without schema' then mapping.text_at(payload, '{AlertRuleName}')
        when 'entry of the activity log' then coalesce(mapping.text_at(payload, '{properties,title}'), mapping.text_at(payload, '{properties,recommendationName}'), (coalesce(mapping.text_at(payload, '{operationName,localizedValue}'), mapping.text_at(payload, '{operationName}')) || ': ' || coalesce(mapping.text_at(payload, '{resultType}'), mapping.text_at(payload, '{status,value}'))))
    end as title,
    case variant
        when 'common alert schema' then coalesce(mapping.text_at(payload, '{data,essentials,description}'), mapping.text_at(payload, '{data,alertContext,properties,title}'), mapping.text_at(payload, '{data,alertContext,properties,communication}'), mapping.text_at(payload, '{data,alertContext,condition,allOf,0,searchQuery}'), mapping.text_at(payload, '{data,alertContext,SearchQuery}'))
        when 'alert of the API' then coalesce(mapping.text_at(payload, '{properties,essentials,description}'), mapping.text_at(payload, '{properties,context,context,description}'))
        when 'activity log alert' then coalesce(mapping.text_at(payload, '{data,context,activityLog,properties,communication}'), mapping.text_at(payload, '{data,context,activityLog,properties,statusMessage}'), mapping.text_at(payload, '{data,context,activityLog,description}'))
        when 'activity log alert without schema' then coalesce(mapping.text_at(payload, '{context,activityLog,properties,communication}'), mapping.text_at(payload, '{context,activityLog,properties,statusMessage}'), mapping.text_at(payload, '{context,activityLog,description}'))
        when 'metric alert' then coalesce(mapping.text_at(payload, '{data,context,description}'), mapping.text_at(payload, '{data,context,condition,failureDetails}'))
        when 'classic metric alert' then coalesce(mapping.text_at(payload, '{context,description}'), mapping.text_at(payload, '{context,condition,failureDetails}'))
        when 'log alert' then coalesce(mapping.text_at(payload, '{data,Description}'), mapping.text_at(payload, '{data,SearchQuery}'))
        when 'log alert without schema' then coalesce(mapping.text_at(payload, '{Description}'), mapping.text_at(payload, '{SearchQuery}'))
        when 'entry of the activity log' then coalesce(mapping.text_at(payload, '{properties,statusMessage}'), mapping.text_at(payload, '{properties,message}'), mapping.text_at(payload, '{resultDescription}'), mapping.text_at(payload, '{description}'))
    end as body,
    case variant
        when 'common alert schema' then mapping.text_at(payload, '{data,essentials,severity}')
        when 'alert of the API' then mapping.text_at(payload, '{properties,essentials,severity}')
        when 'activity log alert' then mapping.text_at(payload, '{data,context,activityLog,level}')
        when 'activity log alert without schema' then mapping.text_at(payload, '{context,activityLog,level}')
        when 'metric alert' then coalesce(mapping.text_at(payload, '{data,properties,severity}'), mapping.text_at(payload, '{data,context,severity}'))
        when 'classic metric alert' then coalesce(mapping.text_at(payload, '{properties,severity}'), mapping.text_at(payload, '{context,severity}'))
        when 'log alert' then mapping.text_at(payload, '{data,Severity}')
        when 'log alert without schema' then mapping.text_at(payload, '{Severity}')
        when 'entry of the activity log' then coalesce(mapping.text_at(payload, '{level}'), mapping.text_at(payload, '{properties,recommendationImpact}'))
    end as severity_value,
    case variant
        when 'common alert schema' then case when coalesce(lower(mapping.text_at(payload, '{data,essentials,alertState}')) in ('acknowledged', 'closed'), false) then mapping.text_at(payload, '{data,essentials,alertState}') else mapping.text_at(payload, '{data,essentials,monitorCondition}') end
        when 'alert of the API' then case when coalesce(lower(mapping.text_at(payload, '{properties,essentials,alertState}')) in ('acknowledged', 'closed'), false) then mapping.text_at(payload, '{properties,essentials,alertState}') else coalesce(mapping.text_at(payload, '{properties,essentials,monitorCondition}'), mapping.text_at(payload, '{properties,essentials,alertState}')) end
        when 'activity log alert' then coalesce(mapping.text_at(payload, '{data,context,activityLog,properties,stage}'), mapping.text_at(payload, '{data,context,activityLog,status}'), mapping.text_at(payload, '{data,status}'))
        when 'activity log alert without schema' then coalesce(mapping.text_at(payload, '{context,activityLog,properties,stage}'), mapping.text_at(payload, '{context,activityLog,status}'), mapping.text_at(payload, '{status}'))
        when 'metric alert' then mapping.text_at(payload, '{data,status}')
        when 'classic metric alert' then mapping.text_at(payload, '{status}')
        when 'log alert' then 'fired'
        when 'log alert without schema' then 'fired'
        when 'entry of the activity log' then coalesce(mapping.text_at(payload, '{resultType}'), mapping.text_at(payload, '{status,value}'))
    end as status_value,
    case variant
        when 'common alert schema' then coalesce(mapping.text_at(payload, '{data,customProperties,service}'), mapping.text_at(payload, '{data,essentials,configurationItems,0}'), nullif(substring(mapping.text_at(payload, '{data,essentials,alertTargetIDs,0}') from '/([^/]+)/?$'), ''))
        when 'alert of the API' then coalesce(mapping.text_at(payload, '{properties,essentials,targetResourceName}'), nullif(substring(mapping.text_at(payload, '{properties,essentials,targetResource}') from '/([^/]+)/?$'), ''))
        when 'activity log alert' then coalesce(mapping.text_at(payload, '{data,context,activityLog,properties,service}'), nullif(substring(mapping.text_at(payload, '{data,context,activityLog,resourceId}') from '/([^/]+)/?$'), ''), mapping.text_at(payload, '{data,context,activityLog,resourceType}'))
        when 'activity log alert without schema' then coalesce(mapping.text_at(payload, '{context,activityLog,properties,service}'), nullif(substring(mapping.text_at(payload, '{context,activityLog,resourceId}') from '/([^/]+)/?$'), ''), mapping.text_at(payload, '{context,activityLog,resourceType}'))
        when 'metric alert' then coalesce(mapping.text_at(payload, '{data,properties,service}'), mapping.text_at(payload, '{data,context,resourceName}'), nullif(substring(mapping.text_at(payload, '{data,context,resourceId}') from '/([^/]+)/?$'), ''))
        when 'classic metric alert' then coalesce(mapping.text_at(payload, '{properties,service}'), mapping.text_at(payload, '{context,resourceName}'), nullif(substring(mapping.text_at(payload, '{context,resourceId}') from '/([^/]+)/?$'), ''))
        when 'log alert' then coalesce(mapping.text_at(payload, '{data,ApplicationName}'), nullif(substring(mapping.text_at(payload, '{data,ResourceId}') from '/([^/]+)/?$'), ''), mapping.text_at(payload, '{data,WorkspaceId}'), mapping.text_at(payload, '{data,ApplicationId}'))
        when 'log alert without schema' then coalesce(mapping.text_at(payload, '{ApplicationName}'), nullif(substring(mapping.text_at(payload, '{ResourceId}') from '/([^/]+)/?$'), ''), mapping.text_at(payload, '{WorkspaceId}'), mapping.text_at(payload, '{ApplicationId}'))
        when 'entry of the activity log' then nullif(substring(mapping.text_at(payload, '{resourceId}') from '/([^/]+)/?$'), '')
    end as service,
    case variant
        when 'common alert schema' then coalesce(mapping.text_at(payload, '{data,alertContext,condition,allOf,0,metricName}'), mapping.text_at(payload, '{data,alertContext,operationName}'), mapping.text_at(payload, '{data,alertContext,properties,incidentType}'), mapping.text_at(payload, '{data,essentials,signalType}'))
        when 'alert of the API' then coalesce(mapping.text_at(payload, '{properties,context,context,condition,allOf,0,metricName}'), mapping.text_at(payload, '{properties,essentials,signalType}'))
        when 'activity log alert' then coalesce(mapping.text_at(payload, '{data,context,activityLog,properties,incidentType}'), mapping.text_at(payload, '{data,context,activityLog,operationName}'))
        when 'activity log alert without schema' then coalesce(mapping.text_at(payload, '{context,activityLog,properties,incidentType}'), mapping.text_at(payload, '{context,activityLog,operationName}'))
        when 'metric alert' then coalesce(mapping.text_at(payload, '{data,context,condition,metricName}'), mapping.text_at(payload, '{data,context,condition,allOf,0,metricName}'))
        when 'classic metric alert' then coalesce(mapping.text_at(payload, '{context,condition,metricName}'), mapping.text_at(payload, '{context,condition,allOf,0,metricName}'))
        when 'log alert' then mapping.text_at(payload, '{data,AlertType}')
        when 'log alert without schema' then mapping.text_at(payload, '{AlertType}')
        when 'entry of the activity log' then coalesce(mapping.text_at(payload, '{resultSignature}'), mapping.text_at(payload, '{operationName,value}'), mapping.text_at(payload, '{operationName}'))
    end as error_type,
    case variant
        when 'common alert schema' then coalesce(mapping.text_at(payload, '{data,customProperties,team}'), mapping.text_at(payload, '{data,customProperties,owner}'))
        when 'metric alert' then coalesce(mapping.text_at(payload, '{data,properties,team}'), mapping.text_at(payload, '{data,properties,owner}'))
        when 'classic metric alert' then coalesce(mapping.text_at(payload, '{properties,team}'), mapping.text_at(payload, '{properties,owner}'))
    end as team,
    case variant
        when 'common alert schema' then coalesce(mapping.text_at(payload, '{data,customProperties,environment}'), mapping.text_at(payload, '{data,customProperties,env}'), nullif(substring(mapping.text_at(payload, '{data,essentials,alertTargetIDs,0}') from '/[rR][eE][sS][oO][uU][rR][cC][eE][gG][rR][oO][uU][pP][sS]/([^/]+)'), ''))
        when 'alert of the API' then mapping.text_at(payload, '{properties,essentials,targetResourceGroup}')
        when 'activity log alert' then coalesce(mapping.text_at(payload, '{data,context,activityLog,resourceGroupName}'), mapping.text_at(payload, '{data,context,activityLog,properties,region}'))
        when 'activity log alert without schema' then coalesce(mapping.text_at(payload, '{context,activityLog,resourceGroupName}'), mapping.text_at(payload, '{context,activityLog,properties,region}'))
        when 'metric alert' then coalesce(mapping.text_at(payload, '{data,properties,environment}'), mapping.text_at(payload, '{data,properties,env}'), mapping.text_at(payload, '{data,context,resourceGroupName}'))
        when 'classic metric alert' then coalesce(mapping.text_at(payload, '{properties,environment}'), mapping.text_at(payload, '{properties,env}'), mapping.text_at(payload, '{context,resourceGroupName}'))
        when 'entry of the activity log' then nullif(substring(mapping.text_at(payload, '{resourceId}') from '/[rR][eE][sS][oO][uU][rR][cC][eE][gG][rR][oO][uU][pP][sS]/([^/]+)'), '')
    end as environment,
    case variant
        when 'common alert schema' then coalesce(mapping.text_at(payload, '{data,essentials,investigationLink}'), mapping.text_at(payload, '{data,alertContext,condition,allOf,0,linkToFilteredSearchResultsUI}'), mapping.text_at(payload, '{data,alertContext,LinkToFilteredSearchResultsUI}'), mapping.text_at(payload, '{data,alertContext,LinkToSearchResults}'), ('https://portal.azure.com/#view/Microsoft_Azure_Monitoring_Alerts/AlertDetails.ReactView/alertId/' || mapping.text_at(payload, '{data,essentials,alertId}')))
        when 'alert of the API' then ('https://portal.azure.com/#view/Microsoft_Azure_Monitoring_Alerts/AlertDetails.ReactView/alertId/' || mapping.text_at(payload, '{id}'))
        when 'metric alert' then mapping.text_at(payload, '{data,context,portalLink}')
        when 'classic metric alert' then mapping.text_at(payload, '{context,portalLink}')
        when 'log alert' then coalesce(mapping.text_at(payload, '{data,LinkToSearchResults}'), mapping.text_at(payload, '{data,LinkToFilteredSearchResultsUI}'))
        when 'log alert without schema' then coalesce(mapping.text_at(payload, '{LinkToSearchResults}'), mapping.text_at(payload, '{LinkToFilteredSearchResultsUI}'))
    end as external_url,
    case variant
        when 'common alert schema' then mapping.instant_at(payload, '{data,essentials,firedDateTime}')
        when 'alert of the API' then mapping.instant_at(payload, '{properties,essentials,startDateTime}')
        when 'activity log alert' then coalesce(mapping.instant_at(payload, '{data,context,activityLog,eventTimestamp}'), mapping.instant_at(payload, '{data,context,activityLog,submissionTimestamp}'))
        when 'activity log alert without schema' then coalesce(mapping.instant_at(payload, '{context,activityLog,eventTimestamp}'), mapping.instant_at(payload, '{context,activityLog,submissionTimestamp}'))
        when 'metric alert' then mapping.instant_at(payload, '{data,context,timestamp}')
        when 'classic metric alert' then mapping.instant_at(payload, '{context,timestamp}')
        when 'log alert' then coalesce(mapping.instant_at(payload, '{data,SearchIntervalEndtimeUtc}'), mapping.instant_at(payload, '{data,SearchIntervalEndTimeUtc}'))
        when 'log alert without schema' then coalesce(mapping.instant_at(payload, '{SearchIntervalEndtimeUtc}'), mapping.instant_at(payload, '{SearchIntervalEndTimeUtc}'))
        when 'entry of the activity log' then coalesce(mapping.instant_at(payload, '{time}'), mapping.instant_at(payload, '{eventTimestamp}'))
    end as source_created_at,
    case variant
        when 'common alert schema' then mapping.instant_at(payload, '{data,essentials,resolvedDateTime}')
        when 'alert of the API' then coalesce(mapping.instant_at(payload, '{properties,essentials,monitorConditionResolvedDateTime}'), mapping.instant_at(payload, '{properties,essentials,lastModifiedDateTime}'))
        when 'activity log alert' then coalesce(mapping.instant_at(payload, '{data,context,activityLog,submissionTimestamp}'), mapping.instant_at(payload, '{data,context,activityLog,eventTimestamp}'))
        when 'activity log alert without schema' then coalesce(mapping.instant_at(payload, '{context,activityLog,submissionTimestamp}'), mapping.instant_at(payload, '{context,activityLog,eventTimestamp}'))
        when 'metric alert' then mapping.instant_at(payload, '{data,context,timestamp}')
        when 'classic metric alert' then mapping.instant_at(payload, '{context,timestamp}')
        when 'entry of the activity log' then coalesce(mapping.instant_at(payload, '{time}'), mapping.instant_at(payload, '{eventTimestamp}'))
    end as resolved_at,
    case variant
        when 'common alert schema' then jsonb_strip_nulls(jsonb_build_object('signal', payload #> '{data,essentials,signalType}', 'service', payload #> '{data,essentials,monitoringService}', 'target', payload #> '{data,essentials,alertTargetIDs,0}'))
        when 'alert of the API' then jsonb_strip_nulls(jsonb_build_object('signal', payload #> '{properties,essentials,signalType}', 'service', payload #> '{properties,essentials,monitorService}', 'target', payload #> '{properties,essentials,targetResource}'))
        when 'activity log alert' then jsonb_strip_nulls(jsonb_build_object('caller', payload #> '{data,context,activityLog,caller}', 'category', payload #> '{data,context,activityLog,eventSource}'))
        when 'activity log alert without schema' then jsonb_strip_nulls(jsonb_build_object('caller', payload #> '{context,activityLog,caller}', 'category', payload #> '{context,activityLog,eventSource}'))
        when 'metric alert' then jsonb_strip_nulls(jsonb_build_object('region', payload #> '{data,context,resourceRegion}', 'resource_type', payload #> '{data,context,resourceType}'))
        when 'classic metric alert' then jsonb_strip_nulls(jsonb_build_object('region', payload #> '{context,resourceRegion}', 'resource_type', payload #> '{context,resourceType}'))
        when 'log alert' then jsonb_strip_nulls(jsonb_build_object('results', payload #> '{data,ResultCount}', 'threshold', payload #> '{data,AlertThresholdValue}'))
        when 'log alert without schema' then jsonb_strip_nulls(jsonb_build_object('results', payload #> '{ResultCount}', 'threshold', payload #> '{AlertThresholdValue}'))
        when 'entry of the activity log' then jsonb_strip_nulls(jsonb_build_object('caller', coalesce(nullif(payload #> '{caller}', 'null'), nullif(payload #> '{callerIpAddress}', 'null')), 'category', coalesce(nullif(payload #> '{category,value}', 'null'), nullif(payload #> '{category}', 'null'))))
        else '{}'::jsonb
    end as attributes
from variants
