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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'sentry'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'sentry') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'sentry' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when mapping.has_value(payload, '{data,metric_alert,id}') then 'metric alert'
            when (mapping.has_value(payload, '{alertRule}') and mapping.has_value(payload, '{dateStarted}') and mapping.has_value(payload, '{title}')) then 'metric alert of the API'
            when (mapping.has_value(payload, '{data,issue,status}') and mapping.has_value(payload, '{data,issue,level}') and mapping.has_value(payload, '{data,issue,title}')) then 'webhook of an issue'
            when (mapping.has_value(payload, '{data,event,event_id}') and mapping.has_value(payload, '{data,event,issue_id}')) then 'webhook of an alert'
            when (mapping.has_value(payload, '{data,error,event_id}') and mapping.has_value(payload, '{data,error,issue_id}')) then 'webhook of an error'
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{url}') and (mapping.has_value(payload, '{project_slug}') or mapping.has_value(payload, '{project}')) and mapping.has_value(payload, '{event}')) then 'webhook of the former plugin'
            when (mapping.has_value(payload, '{eventID}') and mapping.has_value(payload, '{groupID}')) then 'event of the API'
            when (mapping.has_value(payload, '{status}') and mapping.has_value(payload, '{level}') and mapping.has_value(payload, '{title}')) then 'issue'
            when (mapping.has_value(payload, '{event_id}') and (mapping.has_value(payload, '{exception}') or mapping.has_value(payload, '{message}') or mapping.has_value(payload, '{logentry}'))) then 'event of an SDK'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'sentry'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'metric alert' then coalesce(mapping.text_at(payload, '{data,metric_alert,title}'), mapping.text_at(payload, '{data,description_title}'))
        when 'metric alert of the API' then mapping.text_at(payload, '{title}')
        when 'webhook of an issue' then coalesce(mapping.text_at(payload, '{data,issue,title}'), mapping.text_at(payload, '{data,issue,metadata,title}'), mapping.text_at(payload, '{data,issue,culprit}'))
        when 'webhook of an alert' then coalesce(mapping.text_at(payload, '{data,event,title}'), mapping.text_at(payload, '{data,event,metadata,title}'), mapping.text_at(payload, '{data,event,message}'), mapping.text_at(payload, '{data,event,logentry,formatted}'))
        when 'webhook of an error' then coalesce(mapping.text_at(payload, '{data,error,title}'), mapping.text_at(payload, '{data,error,metadata,title}'), mapping.text_at(payload, '{data,error,message}'), mapping.text_at(payload, '{data,error,logentry,formatted}'))
        when 'webhook of the former plugin' then coalesce(mapping.text_at(payload, '{event,title}'), mapping.text_at(payload, '{message}'), mapping.text_at(payload, '{event,metadata,title}'), mapping.text_at(payload, '{culprit}'))
        when 'event of the API' then coalesce(mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{message}'))
        when 'issue' then coalesce(mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{metadata,title}'), mapping.text_at(payload, '{culprit}'))
        when 'event of an SDK' then coalesce(mapping.text_at(payload, '{title}'), (mapping.text_at(payload, '{exception,values,-1,type}') || ': ' || mapping.text_at(payload, '{exception,values,-1,value}')), mapping.text_at(payload, '{exception,values,-1,type}'), mapping.text_at(payload, '{logentry,formatted}'), mapping.text_at(payload, '{logentry,message}'), mapping.text_at(payload, '{message,formatted}'), mapping.text_at(payload, '{message}'))
    end as title,
    case variant
        when 'metric alert' then mapping.text_at(payload, '{data,description_text}')
        when 'webhook of an issue' then nullif(coalesce(mapping.text_at(payload, '{data,issue,metadata,value}'), mapping.text_at(payload, '{data,issue,metadata,message}'), mapping.text_at(payload, '{data,issue,culprit}')), mapping.text_at(payload, '{data,issue,title}'))
        when 'webhook of an alert' then nullif(coalesce(mapping.text_at(payload, '{data,event,metadata,value}'), mapping.text_at(payload, '{data,event,message}'), mapping.text_at(payload, '{data,event,culprit}')), mapping.text_at(payload, '{data,event,title}'))
        when 'webhook of an error' then nullif(coalesce(mapping.text_at(payload, '{data,error,metadata,value}'), mapping.text_at(payload, '{data,error,message}'), mapping.text_at(payload, '{data,error,culprit}')), mapping.text_at(payload, '{data,error,title}'))
        when 'webhook of the former plugin' then nullif(coalesce(mapping.text_at(payload, '{message}'), mapping.text_at(payload, '{event,logentry,formatted}'), mapping.text_at(payload, '{culprit}')), mapping.text_at(payload, '{event,title}'))
        when 'event of the API' then nullif(coalesce(mapping.text_at(payload, '{metadata,value}'), mapping.text_at(payload, '{message}'), mapping.text_at(payload, '{culprit}')), mapping.text_at(payload, '{title}'))
        when 'issue' then nullif(coalesce(mapping.text_at(payload, '{metadata,value}'), mapping.text_at(payload, '{metadata,message}'), mapping.text_at(payload, '{culprit}')), mapping.text_at(payload, '{title}'))
        when 'event of an SDK' then nullif(coalesce(mapping.text_at(payload, '{exception,values,-1,value}'), mapping.text_at(payload, '{transaction}'), mapping.text_at(payload, '{culprit}')), mapping.text_at(payload, '{title}'))
    end as body,
    case variant
        when 'metric alert' then nullif(substring(mapping.text_at(payload, '{action}') from '^(critical|warning)$'), '')
        when 'metric alert of the API' then case when coalesce(lower(mapping.text_at(payload, '{status}')) in ('20'), false) then 'critical' else case when coalesce(lower(mapping.text_at(payload, '{status}')) in ('10'), false) then 'warning' else null::text end end
        when 'webhook of an issue' then coalesce(mapping.text_at(payload, '{data,issue,level}'), mapping.text_at(payload, '{data,issue,priority}'))
        when 'webhook of an alert' then mapping.text_at(payload, '{data,event,level}')
        when 'webhook of an error' then mapping.text_at(payload, '{data,error,level}')
        when 'webhook of the former plugin' then coalesce(mapping.text_at(payload, '{level}'), mapping.text_at(payload, '{event,level}'))
        when 'event of the API' then coalesce(mapping.tag_at(payload, '{tags}', 'level'), mapping.text_at(payload, '{level}'))
        when 'issue' then coalesce(mapping.text_at(payload, '{level}'), mapping.text_at(payload, '{priority}'))
        when 'event of an SDK' then mapping.text_at(payload, '{level}')
    end as severity_value,
    case variant
        when 'metric alert' then mapping.text_at(payload, '{action}')
        when 'metric alert of the API' then case when coalesce(lower(mapping.text_at(payload, '{status}')) in ('2'), false) then 'resolved' else 'unresolved' end
        when 'webhook of an issue' then mapping.text_at(payload, '{data,issue,status}')
        when 'webhook of an alert' then 'unresolved'
        when 'webhook of an error' then 'unresolved'
        when 'webhook of the former plugin' then 'unresolved'
        when 'event of the API' then 'unresolved'
        when 'issue' then mapping.text_at(payload, '{status}')
        when 'event of an SDK' then 'unresolved'
    end as status_value,
    case variant
        when 'metric alert' then mapping.text_at(payload, '{data,metric_alert,projects,0}')
        when 'metric alert of the API' then coalesce(mapping.text_at(payload, '{projects,0}'), mapping.text_at(payload, '{alertRule,projects,0}'))
        when 'webhook of an issue' then coalesce(mapping.text_at(payload, '{data,issue,project,slug}'), mapping.text_at(payload, '{data,issue,project,name}'), mapping.text_at(payload, '{data,issue,project}'))
        when 'webhook of an alert' then coalesce(mapping.text_at(payload, '{data,event,project_slug}'), mapping.text_at(payload, '{data,event,project_name}'), nullif(substring(mapping.text_at(payload, '{data,event,url}') from '/projects/[^/]+/([^/]+)/'), ''), mapping.text_at(payload, '{data,event,project}'))
        when 'webhook of an error' then coalesce(mapping.text_at(payload, '{data,error,project_slug}'), mapping.text_at(payload, '{data,error,project_name}'), nullif(substring(mapping.text_at(payload, '{data,error,url}') from '/projects/[^/]+/([^/]+)/'), ''), mapping.text_at(payload, '{data,error,project}'))
        when 'webhook of the former plugin' then coalesce(mapping.text_at(payload, '{project_slug}'), mapping.text_at(payload, '{project_name}'), mapping.text_at(payload, '{project}'))
        when 'event of the API' then coalesce(mapping.text_at(payload, '{projectSlug}'), mapping.text_at(payload, '{project,slug}'), mapping.text_at(payload, '{projectID}'))
        when 'issue' then coalesce(mapping.text_at(payload, '{project,slug}'), mapping.text_at(payload, '{project,name}'), mapping.text_at(payload, '{project}'))
        when 'event of an SDK' then coalesce(mapping.text_at(payload, '{project_name}'), mapping.tag_at(payload, '{tags}', 'service'), nullif(substring(mapping.text_at(payload, '{tags}') from '\["service", "([^"]+)"\]'), ''), mapping.text_at(payload, '{project}'))
    end as service,
    case variant
        when 'metric alert' then coalesce(mapping.text_at(payload, '{data,metric_alert,alert_rule,aggregate}'), mapping.text_at(payload, '{data,metric_alert,alert_rule,dataset}'))
        when 'metric alert of the API' then coalesce(mapping.text_at(payload, '{alertRule,aggregate}'), mapping.text_at(payload, '{alertRule,dataset}'))
        when 'webhook of an issue' then coalesce(mapping.text_at(payload, '{data,issue,metadata,type}'), mapping.text_at(payload, '{data,issue,exception,values,0,type}'), mapping.text_at(payload, '{data,issue,type}'))
        when 'webhook of an alert' then coalesce(mapping.text_at(payload, '{data,event,metadata,type}'), mapping.text_at(payload, '{data,event,exception,values,0,type}'), mapping.text_at(payload, '{data,event,type}'))
        when 'webhook of an error' then coalesce(mapping.text_at(payload, '{data,error,metadata,type}'), mapping.text_at(payload, '{data,error,exception,values,0,type}'), mapping.text_at(payload, '{data,error,type}'))
        when 'webhook of the former plugin' then coalesce(mapping.text_at(payload, '{event,metadata,type}'), mapping.text_at(payload, '{event,exception,values,0,type}'), mapping.text_at(payload, '{event,type}'))
        when 'event of the API' then coalesce(mapping.text_at(payload, '{metadata,type}'), mapping.text_at(payload, '{event,type}'))
        when 'issue' then coalesce(mapping.text_at(payload, '{metadata,type}'), mapping.text_at(payload, '{exception,values,0,type}'), mapping.text_at(payload, '{type}'))
        when 'event of an SDK' then mapping.text_at(payload, '{exception,values,-1,type}')
    end as error_type,
    case variant
        when 'metric alert' then mapping.text_at(payload, '{data,metric_alert,alert_rule,owner}')
        when 'webhook of an issue' then coalesce(mapping.text_at(payload, '{data,issue,assignedTo,name}'), mapping.text_at(payload, '{data,issue,assignedTo,email}'), mapping.text_at(payload, '{data,issue,owners,0,owner}'))
        when 'issue' then coalesce(mapping.text_at(payload, '{assignedTo,name}'), mapping.text_at(payload, '{assignedTo,email}'), mapping.text_at(payload, '{owners,0,owner}'))
    end as team,
    case variant
        when 'metric alert' then mapping.text_at(payload, '{data,metric_alert,alert_rule,environment}')
        when 'metric alert of the API' then mapping.text_at(payload, '{alertRule,environment}')
        when 'webhook of an issue' then coalesce(mapping.tag_at(payload, '{data,issue,tags}', 'environment'), mapping.text_at(payload, '{data,issue,tags,environment}'), mapping.text_at(payload, '{data,issue,environment}'))
        when 'webhook of an alert' then coalesce(mapping.text_at(payload, '{data,event,environment}'), mapping.tag_at(payload, '{data,event,tags}', 'environment'), nullif(substring(mapping.text_at(payload, '{data,event,tags}') from '\["environment", "([^"]+)"\]'), ''))
        when 'webhook of an error' then coalesce(mapping.text_at(payload, '{data,error,environment}'), mapping.tag_at(payload, '{data,error,tags}', 'environment'), nullif(substring(mapping.text_at(payload, '{data,error,tags}') from '\["environment", "([^"]+)"\]'), ''))
        when 'webhook of the former plugin' then coalesce(mapping.text_at(payload, '{event,environment}'), mapping.tag_at(payload, '{event,tags}', 'environment'), nullif(substring(mapping.text_at(payload, '{event,tags}') from '\["environment", "([^"]+)"\]'), ''), mapping.text_at(payload, '{event,"sentry.interfaces.Http",env,ENV}'))
        when 'event of the API' then mapping.tag_at(payload, '{tags}', 'environment')
        when 'issue' then coalesce(mapping.tag_at(payload, '{tags}', 'environment'), mapping.text_at(payload, '{tags,environment}'), mapping.text_at(payload, '{environment}'))
        when 'event of an SDK' then coalesce(mapping.text_at(payload, '{environment}'), mapping.tag_at(payload, '{tags}', 'environment'), nullif(substring(mapping.text_at(payload, '{tags}') from '\["environment", "([^"]+)"\]'), ''))
    end as environment,
    case variant
        when 'metric alert' then mapping.text_at(payload, '{data,web_url}')
        when 'webhook of an issue' then coalesce(mapping.text_at(payload, '{data,issue,permalink}'), mapping.text_at(payload, '{data,issue,web_url}'), mapping.text_at(payload, '{data,issue,url}'))
        when 'webhook of an alert' then coalesce(mapping.text_at(payload, '{data,event,web_url}'), mapping.text_at(payload, '{data,event,issue_url}'))
        when 'webhook of an error' then coalesce(mapping.text_at(payload, '{data,error,web_url}'), mapping.text_at(payload, '{data,error,issue_url}'))
        when 'webhook of the former plugin' then mapping.text_at(payload, '{url}')
        when 'issue' then coalesce(mapping.text_at(payload, '{permalink}'), mapping.text_at(payload, '{web_url}'), mapping.text_at(payload, '{url}'))
    end as external_url,
    case variant
        when 'metric alert' then coalesce(mapping.instant_at(payload, '{data,metric_alert,date_started}'), mapping.instant_at(payload, '{data,metric_alert,date_created}'))
        when 'metric alert of the API' then coalesce(mapping.instant_at(payload, '{dateStarted}'), mapping.instant_at(payload, '{dateCreated}'))
        when 'webhook of an issue' then mapping.instant_at(payload, '{data,issue,firstSeen}')
        when 'webhook of an alert' then coalesce(mapping.instant_at(payload, '{data,event,datetime}'), mapping.epoch_at(payload, '{data,event,timestamp}', 1))
        when 'webhook of an error' then coalesce(mapping.instant_at(payload, '{data,error,datetime}'), mapping.epoch_at(payload, '{data,error,timestamp}', 1))
        when 'webhook of the former plugin' then coalesce(mapping.instant_at(payload, '{event,datetime}'), coalesce(mapping.epoch_at(payload, '{event,timestamp}', 1), mapping.epoch_at(payload, '{event,received}', 1)))
        when 'event of the API' then coalesce(mapping.instant_at(payload, '{dateCreated}'), mapping.instant_at(payload, '{dateReceived}'))
        when 'issue' then mapping.instant_at(payload, '{firstSeen}')
        when 'event of an SDK' then coalesce(mapping.instant_at(payload, '{timestamp}'), mapping.epoch_at(payload, '{timestamp}', 1))
    end as source_created_at,
    case variant
        when 'metric alert' then coalesce(mapping.instant_at(payload, '{data,metric_alert,date_closed}'), mapping.instant_at(payload, '{data,metric_alert,date_detected}'))
        when 'metric alert of the API' then coalesce(mapping.instant_at(payload, '{dateClosed}'), mapping.instant_at(payload, '{dateDetected}'))
        when 'webhook of an issue' then coalesce(mapping.instant_at(payload, '{data,issue,statusDetails,resolvedAt}'), mapping.instant_at(payload, '{data,issue,lastSeen}'))
        when 'issue' then coalesce(mapping.instant_at(payload, '{statusDetails,resolvedAt}'), mapping.instant_at(payload, '{lastSeen}'))
    end as resolved_at,
    case variant
        when 'metric alert' then jsonb_strip_nulls(jsonb_build_object('identifier', payload #> '{data,metric_alert,identifier}'))
        when 'metric alert of the API' then jsonb_strip_nulls(jsonb_build_object('identifier', payload #> '{identifier}'))
        when 'webhook of an issue' then jsonb_strip_nulls(jsonb_build_object('short_id', payload #> '{data,issue,shortId}', 'count', payload #> '{data,issue,count}', 'users', payload #> '{data,issue,userCount}', 'culprit', payload #> '{data,issue,culprit}', 'platform', payload #> '{data,issue,platform}', 'substatus', payload #> '{data,issue,substatus}'))
        when 'webhook of an alert' then jsonb_strip_nulls(jsonb_build_object('culprit', payload #> '{data,event,culprit}', 'platform', payload #> '{data,event,platform}', 'release', payload #> '{data,event,release}', 'rule', payload #> '{data,triggered_rule}'))
        when 'webhook of an error' then jsonb_strip_nulls(jsonb_build_object('culprit', payload #> '{data,error,culprit}', 'platform', payload #> '{data,error,platform}', 'release', payload #> '{data,error,release}', 'rule', payload #> '{data,triggered_rule}'))
        when 'webhook of the former plugin' then jsonb_strip_nulls(jsonb_build_object('culprit', payload #> '{culprit}', 'logger', payload #> '{logger}', 'platform', payload #> '{event,platform}'))
        when 'event of the API' then jsonb_strip_nulls(jsonb_build_object('culprit', payload #> '{culprit}', 'platform', payload #> '{platform}'))
        when 'issue' then jsonb_strip_nulls(jsonb_build_object('short_id', payload #> '{shortId}', 'count', payload #> '{count}', 'users', payload #> '{userCount}', 'culprit', payload #> '{culprit}', 'platform', payload #> '{platform}', 'substatus', payload #> '{substatus}'))
        when 'event of an SDK' then jsonb_strip_nulls(jsonb_build_object('platform', payload #> '{platform}', 'release', payload #> '{release}', 'server', payload #> '{server_name}', 'logger', payload #> '{logger}', 'transaction', payload #> '{transaction}'))
        else '{}'::jsonb
    end as attributes
from variants
