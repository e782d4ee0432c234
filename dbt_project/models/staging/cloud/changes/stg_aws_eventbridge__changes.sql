{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('aws_eventbridge', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('detail-type') }} and coalesce({{ text_at('detail-type') }} ~* 'pipeline|deploy', false) and coalesce(lower(coalesce({{ text_at('detail.state.value') }}, {{ text_at('detail.state') }}, {{ text_at('detail.status') }}, {{ text_at('detail.build-status') }}, {{ text_at('detail.statusCode') }}, {{ text_at('detail.scan-status') }}, {{ text_at('detail.eventName') }}, {{ text_at('detail.lastStatus') }})) in ('succeeded', 'success'), false)) then 'deployment'
        end as variant
    from records

)

select
    {{ record_columns('aws_eventbridge') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'deployment' then 'deploy' end as change_kind,
    case variant when 'deployment' then nullif(concat_ws(' · ', coalesce({{ text_at('detail.pipeline') }}, {{ text_at('detail.project-name') }}, {{ text_at('detail.jobName') }}, {{ text_at('detail.name') }}, {{ text_at('detail.application') }}, {{ text_at('detail.service') }}, {{ text_at('detail.repository-name') }}, {{ text_at('detail.alarmName') }}, {{ text_at('detail.AutoScalingGroupName') }}, {{ text_at('detail.SourceIdentifier') }}, {{ text_at('detail.group') }}, {{ text_at('detail.instance-id') }}, {{ text_at('detail.serviceName') }}), {{ text_at('detail.deploymentGroup') }}, {{ text_at('detail-type') }}), '') end as title,
    case variant when 'deployment' then coalesce({{ text_at('detail.pipeline') }}, {{ text_at('detail.project-name') }}, {{ text_at('detail.jobName') }}, {{ text_at('detail.name') }}, {{ text_at('detail.application') }}, {{ text_at('detail.service') }}, {{ text_at('detail.repository-name') }}, {{ text_at('detail.alarmName') }}, {{ text_at('detail.AutoScalingGroupName') }}, {{ text_at('detail.SourceIdentifier') }}, {{ text_at('detail.group') }}, {{ text_at('detail.instance-id') }}, {{ text_at('detail.serviceName') }}) end as service,
    case variant when 'deployment' then coalesce({{ text_at('detail.stage') }}, {{ text_at('detail.deploymentGroup') }}, {{ text_at('region') }}) end as environment,
    null::text as external_url,
    case variant when 'deployment' then {{ instant_at('time') }} end as changed_at
from variants
