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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'aws_eventbridge'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'aws_eventbridge') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'aws_eventbridge' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{detail,title}') and mapping.has_value(payload, '{detail,severity}')) then 'finding'
            when (mapping.has_value(payload, '{Title}') and mapping.has_value(payload, '{ProductArn}')) then 'finding of Security Hub'
            when (mapping.has_value(payload, '{"detail-type"}') and mapping.has_value(payload, '{source}') and mapping.has_value(payload, '{detail}')) then 'event'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'aws_eventbridge'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'finding' then mapping.text_at(payload, '{detail,title}')
        when 'finding of Security Hub' then mapping.text_at(payload, '{Title}')
        when 'event' then case when mapping.has_value(payload, '{detail,eventTypeCode}') then (mapping.text_at(payload, '{detail,eventTypeCode}') || ': ' || mapping.text_at(payload, '{detail,service}')) else coalesce((coalesce(mapping.text_at(payload, '{detail,pipeline}'), mapping.text_at(payload, '{detail,"project-name"}'), mapping.text_at(payload, '{detail,jobName}'), mapping.text_at(payload, '{detail,name}'), mapping.text_at(payload, '{detail,application}'), mapping.text_at(payload, '{detail,service}'), mapping.text_at(payload, '{detail,"repository-name"}'), mapping.text_at(payload, '{detail,alarmName}'), mapping.text_at(payload, '{detail,AutoScalingGroupName}'), mapping.text_at(payload, '{detail,SourceIdentifier}'), mapping.text_at(payload, '{detail,group}'), mapping.text_at(payload, '{detail,"instance-id"}'), mapping.text_at(payload, '{detail,serviceName}'), mapping.text_at(payload, '{detail,configRuleName}')) || ': ' || mapping.text_at(payload, '{"detail-type"}')), nullif(concat_ws(': ', nullif(substring(mapping.text_at(payload, '{resources,0}') from '([^/:]+)$'), ''), mapping.text_at(payload, '{"detail-type"}')), '')) end
    end as title,
    case variant
        when 'finding' then mapping.text_at(payload, '{detail,description}')
        when 'finding of Security Hub' then mapping.text_at(payload, '{Description}')
        when 'event' then coalesce(mapping.text_at(payload, '{detail,eventDescription,0,latestDescription}'), mapping.text_at(payload, '{detail,"execution-result","external-execution-summary"}'), mapping.text_at(payload, '{detail,"additional-information",phases,0,"phase-context",0}'), mapping.text_at(payload, '{detail,message}'), mapping.text_at(payload, '{detail,Message}'), mapping.text_at(payload, '{detail,reason}'), mapping.text_at(payload, '{detail,statusReason}'), mapping.text_at(payload, '{detail,stoppedReason}'), mapping.text_at(payload, '{detail,StatusMessage}'), mapping.text_at(payload, '{detail,cause}'), mapping.text_at(payload, '{detail,Cause}'), mapping.text_at(payload, '{detail,error}'), mapping.text_at(payload, '{detail,description}'), mapping.text_at(payload, '{detail,state,reason}'))
    end as body,
    case variant
        when 'finding' then coalesce(mapping.text_at(payload, '{detail,severity,description}'), case when case when mapping.text_at(payload, '{detail,severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{detail,severity}'))::numeric end >= 9 then 'critical' when case when mapping.text_at(payload, '{detail,severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{detail,severity}'))::numeric end >= 7 then 'high' when case when mapping.text_at(payload, '{detail,severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{detail,severity}'))::numeric end >= 4 then 'medium' when case when mapping.text_at(payload, '{detail,severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{detail,severity}'))::numeric end >= 0 then 'low' end, mapping.text_at(payload, '{detail,severity}'))
        when 'finding of Security Hub' then mapping.text_at(payload, '{Severity,Label}')
        when 'event' then case when mapping.has_value(payload, '{detail,"finding-severity-counts"}') then case when mapping.has_value(payload, '{detail,"finding-severity-counts",CRITICAL}') then 'critical' else 'high' end else coalesce(mapping.text_at(payload, '{detail,severity}'), mapping.text_at(payload, '{detail,Severity}'), mapping.text_at(payload, '{detail,eventTypeCategory}'), mapping.text_at(payload, '{detail,state,value}'), mapping.text_at(payload, '{detail,state}'), mapping.text_at(payload, '{detail,status}'), mapping.text_at(payload, '{detail,"build-status"}'), mapping.text_at(payload, '{detail,statusCode}'), mapping.text_at(payload, '{detail,StatusCode}'), mapping.text_at(payload, '{detail,"scan-status"}'), mapping.text_at(payload, '{detail,eventName}'), mapping.text_at(payload, '{detail,lastStatus}'), mapping.text_at(payload, '{detail,newEvaluationResult,complianceType}')) end
    end as severity_value,
    case variant
        when 'finding' then case when coalesce(lower(coalesce(mapping.text_at(payload, '{detail,service,archived}'), mapping.text_at(payload, '{detail,archived}'))) in ('true'), false) then 'archived' else coalesce(mapping.text_at(payload, '{detail,status}'), 'active') end
        when 'finding of Security Hub' then coalesce(mapping.text_at(payload, '{Compliance,Status}'), mapping.text_at(payload, '{Workflow,Status}'), mapping.text_at(payload, '{RecordState}'))
        when 'event' then case when mapping.has_value(payload, '{detail,"finding-severity-counts"}') then 'failed' else coalesce(mapping.text_at(payload, '{detail,state,value}'), mapping.text_at(payload, '{detail,state}'), mapping.text_at(payload, '{detail,status}'), mapping.text_at(payload, '{detail,"build-status"}'), mapping.text_at(payload, '{detail,statusCode}'), mapping.text_at(payload, '{detail,StatusCode}'), mapping.text_at(payload, '{detail,"scan-status"}'), mapping.text_at(payload, '{detail,eventName}'), mapping.text_at(payload, '{detail,lastStatus}'), mapping.text_at(payload, '{detail,newEvaluationResult,complianceType}')) end
    end as status_value,
    case variant
        when 'finding' then coalesce(nullif(substring(mapping.text_at(payload, '{resources,0}') from '([^/:]+)$'), ''), mapping.text_at(payload, '{detail,resource,instanceDetails,instanceId}'), mapping.text_at(payload, '{source}'))
        when 'finding of Security Hub' then mapping.text_at(payload, '{Resources,0,Id}')
        when 'event' then coalesce(mapping.text_at(payload, '{detail,pipeline}'), mapping.text_at(payload, '{detail,"project-name"}'), mapping.text_at(payload, '{detail,jobName}'), mapping.text_at(payload, '{detail,name}'), mapping.text_at(payload, '{detail,application}'), mapping.text_at(payload, '{detail,service}'), mapping.text_at(payload, '{detail,"repository-name"}'), mapping.text_at(payload, '{detail,alarmName}'), mapping.text_at(payload, '{detail,AutoScalingGroupName}'), mapping.text_at(payload, '{detail,SourceIdentifier}'), mapping.text_at(payload, '{detail,group}'), mapping.text_at(payload, '{detail,"instance-id"}'), mapping.text_at(payload, '{detail,serviceName}'), mapping.text_at(payload, '{detail,configRuleName}'), nullif(substring(mapping.text_at(payload, '{resources,0}') from '([^/:]+)$'), ''), mapping.text_at(payload, '{source}'))
    end as service,
    case variant
        when 'finding' then coalesce(mapping.text_at(payload, '{detail,type}'), mapping.text_at(payload, '{"detail-type"}'))
        when 'finding of Security Hub' then coalesce(mapping.text_at(payload, '{Types,0}'), mapping.text_at(payload, '{GeneratorId}'))
        when 'event' then coalesce(mapping.text_at(payload, '{detail,eventTypeCode}'), mapping.text_at(payload, '{"detail-type"}'))
    end as error_type,
    case variant
        when 'finding' then mapping.text_at(payload, '{account}')
        when 'finding of Security Hub' then coalesce(mapping.text_at(payload, '{Resources,0,Tags,team}'), mapping.text_at(payload, '{AwsAccountId}'))
        when 'event' then mapping.text_at(payload, '{account}')
    end as team,
    case variant
        when 'finding' then mapping.text_at(payload, '{region}')
        when 'finding of Security Hub' then coalesce(mapping.text_at(payload, '{Resources,0,Tags,env}'), mapping.text_at(payload, '{Resources,0,Tags,environment}'), mapping.text_at(payload, '{Resources,0,Region}'))
        when 'event' then coalesce(mapping.text_at(payload, '{detail,stage}'), mapping.text_at(payload, '{detail,deploymentGroup}'), mapping.text_at(payload, '{detail,clusterArn}'), mapping.text_at(payload, '{region}'))
    end as environment,
    case variant
        when 'finding of Security Hub' then coalesce(mapping.text_at(payload, '{SourceUrl}'), mapping.text_at(payload, '{Remediation,Recommendation,Url}'))
        when 'event' then coalesce(mapping.text_at(payload, '{detail,"additional-information",logs,"deep-link"}'), mapping.text_at(payload, '{detail,url}'))
    end as external_url,
    case variant
        when 'finding' then coalesce(mapping.instant_at(payload, '{detail,createdAt}'), mapping.instant_at(payload, '{detail,firstObservedAt}'), mapping.instant_at(payload, '{time}'))
        when 'finding of Security Hub' then coalesce(mapping.instant_at(payload, '{FirstObservedAt}'), mapping.instant_at(payload, '{CreatedAt}'))
        when 'event' then coalesce(mapping.instant_at(payload, '{detail,createdAt}'), (select case when strpos('JanFebMarAprMayJunJulAugSepOctNovDec', part[2]) % 3 = 1 then mapping.instant_of(part[3] || '-' || lpad(((strpos('JanFebMarAprMayJunJulAugSepOctNovDec', part[2]) + 2) / 3)::text, 2, '0') || '-' || lpad(part[1], 2, '0') || 'T' || part[4] || coalesce(part[5], '')) end from regexp_match(mapping.text_at(payload, '{detail,startTime}'), '^(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d:\d\d(?::\d\d)?) ?(Z|UTC|GMT|[+-](?:0\d|1[0-5])[0-5]\d)?$') as part), mapping.instant_at(payload, '{time}'))
    end as source_created_at,
    case variant
        when 'finding' then coalesce(mapping.instant_at(payload, '{detail,updatedAt}'), mapping.instant_at(payload, '{time}'))
        when 'finding of Security Hub' then mapping.instant_at(payload, '{UpdatedAt}')
        when 'event' then coalesce((select case when strpos('JanFebMarAprMayJunJulAugSepOctNovDec', part[2]) % 3 = 1 then mapping.instant_of(part[3] || '-' || lpad(((strpos('JanFebMarAprMayJunJulAugSepOctNovDec', part[2]) + 2) / 3)::text, 2, '0') || '-' || lpad(part[1], 2, '0') || 'T' || part[4] || coalesce(part[5], '')) end from regexp_match(mapping.text_at(payload, '{detail,endTime}'), '^(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d:\d\d(?::\d\d)?) ?(Z|UTC|GMT|[+-](?:0\d|1[0-5])[0-5]\d)?$') as part), mapping.instant_at(payload, '{time}'))
    end as resolved_at,
    case variant
        when 'finding' then jsonb_strip_nulls(jsonb_build_object('source', payload #> '{source}', 'account', payload #> '{account}', 'region', payload #> '{region}'))
        when 'finding of Security Hub' then jsonb_strip_nulls(jsonb_build_object('product', payload #> '{ProductName}', 'account', payload #> '{AwsAccountId}', 'region', payload #> '{Region}'))
        when 'event' then jsonb_strip_nulls(jsonb_build_object('source', payload #> '{source}', 'account', payload #> '{account}', 'region', payload #> '{region}', 'resource', payload #> '{resources,0}', 'execution', coalesce(nullif(payload #> '{detail,"execution-id"}', 'null'), nullif(payload #> '{detail,deploymentId}', 'null'), nullif(payload #> '{detail,"build-id"}', 'null'), nullif(payload #> '{detail,executionArn}', 'null'))))
        else '{}'::jsonb
    end as attributes
from variants
