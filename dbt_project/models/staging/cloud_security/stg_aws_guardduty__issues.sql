{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('aws_guardduty', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('Title') }} and {{ has_value('Type') }} and {{ has_value('Severity') }}) then 'finding of the API'
            when ({{ has_value('title') }} and {{ has_value('type') }} and {{ has_value('severity') }}) then 'finding'
        end as variant
    from records

)

select
    {{ record_columns('aws_guardduty') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'finding of the API' then {{ text_at('Title') }} when 'finding' then {{ text_at('title') }} end as title,
    case variant when 'finding of the API' then {{ text_at('Description') }} when 'finding' then {{ text_at('description') }} end as body,
    case variant when 'finding of the API' then case when case when {{ text_at('Severity') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('Severity') }})::numeric end >= 9 then 'critical' when case when {{ text_at('Severity') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('Severity') }})::numeric end >= 7 then 'high' when case when {{ text_at('Severity') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('Severity') }})::numeric end >= 4 then 'medium' when case when {{ text_at('Severity') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('Severity') }})::numeric end >= 0 then 'low' end when 'finding' then case when case when {{ text_at('severity') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('severity') }})::numeric end >= 9 then 'critical' when case when {{ text_at('severity') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('severity') }})::numeric end >= 7 then 'high' when case when {{ text_at('severity') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('severity') }})::numeric end >= 4 then 'medium' when case when {{ text_at('severity') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('severity') }})::numeric end >= 0 then 'low' end end as severity_value,
    case variant when 'finding of the API' then case when coalesce(lower({{ text_at('Service.Archived') }}) in ('true'), false) then 'archived' else 'active' end when 'finding' then case when coalesce(lower(coalesce({{ text_at('service.archived') }}, {{ text_at('archived') }})) in ('true'), false) then 'archived' else 'active' end end as status_value,
    case variant when 'finding of the API' then coalesce({{ text_at('Resource.EksClusterDetails.Name') }}, {{ text_at('Resource.S3BucketDetails.0.Name') }}, {{ text_at('Resource.RdsDbInstanceDetails.DbInstanceIdentifier') }}, {{ text_at('Resource.LambdaDetails.FunctionName') }}, {{ text_at('Resource.EcsClusterDetails.Name') }}, {{ text_at('Resource.InstanceDetails.InstanceId') }}, {{ text_at('Resource.AccessKeyDetails.UserName') }}, {{ text_at('Resource.ResourceType') }}) when 'finding' then coalesce({{ text_at('resource.eksClusterDetails.name') }}, {{ text_at('resource.s3BucketDetails.0.name') }}, {{ text_at('resource.rdsDbInstanceDetails.dbInstanceIdentifier') }}, {{ text_at('resource.lambdaDetails.functionName') }}, {{ text_at('resource.ecsClusterDetails.name') }}, {{ text_at('resource.kubernetesDetails.kubernetesWorkloadDetails.name') }}, {{ text_at('resource.instanceDetails.instanceId') }}, {{ text_at('resource.accessKeyDetails.userName') }}, {{ text_at('resource.resourceType') }}) end as service,
    case variant when 'finding of the API' then {{ text_at('Type') }} when 'finding' then {{ text_at('type') }} end as error_type,
    case variant when 'finding of the API' then {{ text_at('AccountId') }} when 'finding' then {{ text_at('accountId') }} end as team,
    null::text as environment,
    null::text as external_url,
    case variant when 'finding of the API' then {{ instant_at('CreatedAt') }} when 'finding' then {{ instant_at('createdAt') }} end as source_created_at,
    case variant when 'finding of the API' then {{ instant_at('UpdatedAt') }} when 'finding' then {{ instant_at('updatedAt') }} end as resolved_at,
    case variant when 'finding of the API' then jsonb_strip_nulls(jsonb_build_object('region', {{ value_at('Region') }}, 'account', {{ value_at('AccountId') }}, 'count', {{ value_at('Service.Count') }})) when 'finding' then jsonb_strip_nulls(jsonb_build_object('region', {{ value_at('region') }}, 'account', {{ value_at('accountId') }}, 'count', {{ value_at('service.count') }})) else '{}'::jsonb end as attributes
from variants
