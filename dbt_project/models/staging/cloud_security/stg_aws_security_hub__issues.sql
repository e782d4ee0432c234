{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('aws_security_hub', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('Title') }} and ({{ has_value('GeneratorId') }} or {{ has_value('AwsAccountId') }} or {{ has_value('ProductArn') }})) then 'finding'
            when ({{ has_value('finding_info.title') }} and {{ has_value('class_uid') }}) then 'finding in the OCSF format'
        end as variant
    from records

)

select
    {{ record_columns('aws_security_hub') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'finding' then {{ text_at('Title') }} when 'finding in the OCSF format' then {{ text_at('finding_info.title') }} end as title,
    case variant when 'finding' then {{ text_at('Description') }} when 'finding in the OCSF format' then {{ text_at('finding_info.desc') }} end as body,
    case variant when 'finding' then coalesce({{ text_at('Severity.Label') }}, {{ text_at('FindingProviderFields.Severity.Label') }}, case when case when {{ text_at('Severity.Normalized') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('Severity.Normalized') }})::numeric end >= 90 then 'critical' when case when {{ text_at('Severity.Normalized') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('Severity.Normalized') }})::numeric end >= 70 then 'high' when case when {{ text_at('Severity.Normalized') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('Severity.Normalized') }})::numeric end >= 40 then 'medium' when case when {{ text_at('Severity.Normalized') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('Severity.Normalized') }})::numeric end >= 0 then 'low' end) when 'finding in the OCSF format' then {{ text_at('severity') }} end as severity_value,
    case variant when 'finding' then case when coalesce(lower({{ text_at('RecordState') }}) in ('archived'), false) then 'ARCHIVED' else case when coalesce(lower({{ text_at('Compliance.Status') }}) in ('passed'), false) then 'PASSED' else coalesce({{ text_at('Workflow.Status') }}, {{ text_at('WorkflowState') }}) end end when 'finding in the OCSF format' then coalesce({{ text_at('status') }}, {{ text_at('compliance.status') }}) end as status_value,
    case variant when 'finding' then coalesce({{ tag_at('Resources.0.Tags', 'service|app|application') }}, {{ text_at('Resources.0.Id') }}, {{ text_at('ProductName') }}) when 'finding in the OCSF format' then coalesce({{ text_at('resources.0.name') }}, {{ text_at('resources.0.uid') }}, {{ text_at('metadata.product.name') }}) end as service,
    case variant when 'finding' then coalesce({{ text_at('Compliance.SecurityControlId') }}, {{ text_at('Types.0') }}, {{ text_at('GeneratorId') }}) when 'finding in the OCSF format' then coalesce({{ text_at('compliance.control') }}, {{ text_at('finding_info.types.0') }}, {{ text_at('class_name') }}) end as error_type,
    case variant when 'finding' then coalesce({{ tag_at('Resources.0.Tags', 'team|owner') }}, {{ text_at('AwsAccountId') }}) when 'finding in the OCSF format' then {{ text_at('cloud.account.uid') }} end as team,
    case variant when 'finding' then {{ tag_at('Resources.0.Tags', 'environment|env|stage') }} when 'finding in the OCSF format' then {{ tag_at('resources.0.tags', 'environment|env|stage') }} end as environment,
    case variant when 'finding' then coalesce({{ text_at('SourceUrl') }}, {{ text_at('Remediation.Recommendation.Url') }}) when 'finding in the OCSF format' then {{ text_at('finding_info.src_url') }} end as external_url,
    case variant when 'finding' then coalesce({{ instant_at('CreatedAt') }}, {{ instant_at('FirstObservedAt') }}) when 'finding in the OCSF format' then coalesce({{ instant_at('finding_info.created_time_dt') }}, {{ milliseconds_at('finding_info.created_time') }}, {{ milliseconds_at('time') }}) end as source_created_at,
    case variant when 'finding' then {{ instant_at('UpdatedAt') }} when 'finding in the OCSF format' then coalesce({{ instant_at('finding_info.modified_time_dt') }}, {{ milliseconds_at('finding_info.modified_time') }}) end as resolved_at,
    case variant when 'finding' then jsonb_strip_nulls(jsonb_build_object('region', {{ value_at('Region') }}, 'account', {{ value_at('AwsAccountId') }}, 'product', {{ value_at('ProductName') }}, 'resource_type', {{ value_at('Resources.0.Type') }}, 'compliance', {{ value_at('Compliance.Status') }})) when 'finding in the OCSF format' then jsonb_strip_nulls(jsonb_build_object('region', {{ value_at('cloud.region') }}, 'account', {{ value_at('cloud.account.uid') }})) else '{}'::jsonb end as attributes
from variants
