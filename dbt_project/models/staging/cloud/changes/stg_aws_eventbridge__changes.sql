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
    where r.source = 'aws_eventbridge' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{"detail-type"}') and coalesce(mapping.text_at(payload, '{"detail-type"}') ~* 'pipeline|deploy', false) and coalesce(lower(coalesce(mapping.text_at(payload, '{detail,state,value}'), mapping.text_at(payload, '{detail,state}'), mapping.text_at(payload, '{detail,status}'), mapping.text_at(payload, '{detail,"build-status"}'), mapping.text_at(payload, '{detail,statusCode}'), mapping.text_at(payload, '{detail,StatusCode}'), mapping.text_at(payload, '{detail,"scan-status"}'), mapping.text_at(payload, '{detail,eventName}'), mapping.text_at(payload, '{detail,lastStatus}'), mapping.text_at(payload, '{detail,newEvaluationResult,complianceType}'))) in ('succeeded', 'success', 'service_deployment_completed'), false)) then 'deployment'
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
    case variant when 'deployment' then 'deploy' end as change_kind,
    case variant when 'deployment' then nullif(concat_ws(' · ', coalesce(mapping.text_at(payload, '{detail,pipeline}'), mapping.text_at(payload, '{detail,"project-name"}'), mapping.text_at(payload, '{detail,jobName}'), mapping.text_at(payload, '{detail,name}'), mapping.text_at(payload, '{detail,application}'), mapping.text_at(payload, '{detail,service}'), mapping.text_at(payload, '{detail,"repository-name"}'), mapping.text_at(payload, '{detail,alarmName}'), mapping.text_at(payload, '{detail,AutoScalingGroupName}'), mapping.text_at(payload, '{detail,SourceIdentifier}'), mapping.text_at(payload, '{detail,group}'), mapping.text_at(payload, '{detail,"instance-id"}'), mapping.text_at(payload, '{detail,serviceName}'), mapping.text_at(payload, '{detail,configRuleName}'), nullif(substring(mapping.text_at(payload, '{resources,0}') from '([^/:]+)$'), '')), mapping.text_at(payload, '{detail,deploymentGroup}'), mapping.text_at(payload, '{"detail-type"}')), '') end as title,
    case variant when 'deployment' then coalesce(mapping.text_at(payload, '{detail,pipeline}'), mapping.text_at(payload, '{detail,"project-name"}'), mapping.text_at(payload, '{detail,jobName}'), mapping.text_at(payload, '{detail,name}'), mapping.text_at(payload, '{detail,application}'), mapping.text_at(payload, '{detail,service}'), mapping.text_at(payload, '{detail,"repository-name"}'), mapping.text_at(payload, '{detail,alarmName}'), mapping.text_at(payload, '{detail,AutoScalingGroupName}'), mapping.text_at(payload, '{detail,SourceIdentifier}'), mapping.text_at(payload, '{detail,group}'), mapping.text_at(payload, '{detail,"instance-id"}'), mapping.text_at(payload, '{detail,serviceName}'), mapping.text_at(payload, '{detail,configRuleName}'), nullif(substring(mapping.text_at(payload, '{resources,0}') from '([^/:]+)$'), '')) end as service,
    case variant when 'deployment' then coalesce(mapping.text_at(payload, '{detail,stage}'), mapping.text_at(payload, '{detail,deploymentGroup}'), mapping.text_at(payload, '{region}')) end as environment,
    null::text as external_url,
    case variant when 'deployment' then mapping.instant_at(payload, '{time}') end as changed_at
from variants
