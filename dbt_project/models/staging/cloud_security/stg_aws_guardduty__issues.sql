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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'aws_guardduty'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'aws_guardduty') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'aws_guardduty' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{Title}') and mapping.has_value(payload, '{Type}') and mapping.has_value(payload, '{Severity}')) then 'finding of the API'
            when (mapping.has_value(payload, '{title}') and mapping.has_value(payload, '{type}') and mapping.has_value(payload, '{severity}')) then 'finding'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'aws_guardduty'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'finding of the API' then mapping.text_at(payload, '{Title}')
        when 'finding' then mapping.text_at(payload, '{title}')
    end as title,
    case variant
        when 'finding of the API' then mapping.text_at(payload, '{Description}')
        when 'finding' then mapping.text_at(payload, '{description}')
    end as body,
    case variant
        when 'finding of the API' then case when case when mapping.text_at(payload, '{Severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{Severity}'))::numeric end >= 9 then 'critical' when case when mapping.text_at(payload, '{Severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{Severity}'))::numeric end >= 7 then 'high' when case when mapping.text_at(payload, '{Severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{Severity}'))::numeric end >= 4 then 'medium' when case when mapping.text_at(payload, '{Severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{Severity}'))::numeric end >= 0 then 'low' end
        when 'finding' then case when case when mapping.text_at(payload, '{severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{severity}'))::numeric end >= 9 then 'critical' when case when mapping.text_at(payload, '{severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{severity}'))::numeric end >= 7 then 'high' when case when mapping.text_at(payload, '{severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{severity}'))::numeric end >= 4 then 'medium' when case when mapping.text_at(payload, '{severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{severity}'))::numeric end >= 0 then 'low' end
    end as severity_value,
    case variant
        when 'finding of the API' then case when coalesce(lower(mapping.text_at(payload, '{Service,Archived}')) in ('true'), false) then 'archived' else 'active' end
        when 'finding' then case when coalesce(lower(coalesce(mapping.text_at(payload, '{service,archived}'), mapping.text_at(payload, '{archived}'))) in ('true'), false) then 'archived' else 'active' end
    end as status_value,
    case variant
        when 'finding of the API' then coalesce(mapping.text_at(payload, '{Resource,EksClusterDetails,Name}'), mapping.text_at(payload, '{Resource,S3BucketDetails,0,Name}'), mapping.text_at(payload, '{Resource,RdsDbInstanceDetails,DbInstanceIdentifier}'), mapping.text_at(payload, '{Resource,LambdaDetails,FunctionName}'), mapping.text_at(payload, '{Resource,EcsClusterDetails,Name}'), mapping.text_at(payload, '{Resource,InstanceDetails,InstanceId}'), mapping.text_at(payload, '{Resource,AccessKeyDetails,UserName}'), mapping.text_at(payload, '{Resource,ResourceType}'))
        when 'finding' then coalesce(mapping.text_at(payload, '{resource,eksClusterDetails,name}'), mapping.text_at(payload, '{resource,s3BucketDetails,0,name}'), mapping.text_at(payload, '{resource,rdsDbInstanceDetails,dbInstanceIdentifier}'), mapping.text_at(payload, '{resource,lambdaDetails,functionName}'), mapping.text_at(payload, '{resource,ecsClusterDetails,name}'), mapping.text_at(payload, '{resource,kubernetesDetails,kubernetesWorkloadDetails,name}'), mapping.text_at(payload, '{resource,instanceDetails,instanceId}'), mapping.text_at(payload, '{resource,accessKeyDetails,userName}'), mapping.text_at(payload, '{resource,resourceType}'))
    end as service,
    case variant
        when 'finding of the API' then mapping.text_at(payload, '{Type}')
        when 'finding' then mapping.text_at(payload, '{type}')
    end as error_type,
    case variant
        when 'finding of the API' then coalesce(mapping.tag_at(payload, '{Resource,InstanceDetails,Tags}', 'team|owner'), mapping.text_at(payload, '{AccountId}'))
        when 'finding' then coalesce(mapping.tag_at(payload, '{resource,instanceDetails,tags}', 'team|owner'), mapping.text_at(payload, '{accountId}'))
    end as team,
    case variant
        when 'finding of the API' then coalesce(mapping.tag_at(payload, '{Resource,InstanceDetails,Tags}', 'env|environment|stage'), mapping.tag_at(payload, '{Resource,EksClusterDetails,Tags}', 'env|environment|stage'))
        when 'finding' then coalesce(mapping.tag_at(payload, '{resource,instanceDetails,tags}', 'env|environment|stage'), mapping.tag_at(payload, '{resource,eksClusterDetails,tags}', 'env|environment|stage'))
    end as environment,
    null::text as external_url,
    case variant
        when 'finding of the API' then mapping.instant_at(payload, '{CreatedAt}')
        when 'finding' then mapping.instant_at(payload, '{createdAt}')
    end as source_created_at,
    case variant
        when 'finding of the API' then mapping.instant_at(payload, '{UpdatedAt}')
        when 'finding' then mapping.instant_at(payload, '{updatedAt}')
    end as resolved_at,
    case variant
        when 'finding of the API' then jsonb_strip_nulls(jsonb_build_object('region', payload #> '{Region}', 'account', payload #> '{AccountId}', 'count', payload #> '{Service,Count}'))
        when 'finding' then jsonb_strip_nulls(jsonb_build_object('region', payload #> '{region}', 'account', payload #> '{accountId}', 'count', payload #> '{service,count}'))
        else '{}'::jsonb
    end as attributes
from variants
