{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('aws_eventbridge', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('detail-type') }} and {{ has_value('source') }} and {{ has_value('detail') }}) then 'event'
        end as variant
    from records

)

select
    {{ record_columns('aws_eventbridge') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'event' then case when {{ has_value('detail.eventTypeCode') }} then ({{ text_at('detail.eventTypeCode') }} || ': ' || {{ text_at('detail.service') }}) else coalesce((coalesce({{ text_at('detail.pipeline') }}, {{ text_at('detail.project-name') }}, {{ text_at('detail.jobName') }}, {{ text_at('detail.name') }}, {{ text_at('detail.application') }}, {{ text_at('detail.service') }}, {{ text_at('detail.repository-name') }}, {{ text_at('detail.alarmName') }}, {{ text_at('detail.AutoScalingGroupName') }}, {{ text_at('detail.SourceIdentifier') }}, {{ text_at('detail.group') }}, {{ text_at('detail.instance-id') }}, {{ text_at('detail.serviceName') }}) || ': ' || {{ text_at('detail-type') }}), nullif(concat_ws(': ', nullif(substring({{ text_at('resources.0') }} from '([^/:]+)$'), ''), {{ text_at('detail-type') }}), '')) end end as title,
    case variant when 'event' then coalesce({{ text_at('detail.eventDescription.0.latestDescription') }}, {{ text_at('detail.execution-result.external-execution-summary') }}, {{ text_at('detail.additional-information.phases.0.phase-context.0') }}, {{ text_at('detail.message') }}, {{ text_at('detail.Message') }}, {{ text_at('detail.reason') }}, {{ text_at('detail.statusReason') }}, {{ text_at('detail.stoppedReason') }}, {{ text_at('detail.StatusMessage') }}, {{ text_at('detail.cause') }}, {{ text_at('detail.error') }}, {{ text_at('detail.description') }}, {{ text_at('detail.state.reason') }}) end as body,
    case variant when 'event' then case when {{ has_value('detail.finding-severity-counts') }} then case when {{ has_value('detail.finding-severity-counts.CRITICAL') }} then 'critical' else 'high' end else coalesce({{ text_at('detail.severity') }}, {{ text_at('detail.Severity') }}, {{ text_at('detail.state.value') }}, {{ text_at('detail.state') }}, {{ text_at('detail.status') }}, {{ text_at('detail.build-status') }}, {{ text_at('detail.statusCode') }}, {{ text_at('detail.scan-status') }}, {{ text_at('detail.eventName') }}, {{ text_at('detail.lastStatus') }}) end end as severity_value,
    case variant when 'event' then case when {{ has_value('detail.finding-severity-counts') }} then 'failed' else coalesce({{ text_at('detail.state.value') }}, {{ text_at('detail.state') }}, {{ text_at('detail.status') }}, {{ text_at('detail.build-status') }}, {{ text_at('detail.statusCode') }}, {{ text_at('detail.scan-status') }}, {{ text_at('detail.eventName') }}, {{ text_at('detail.lastStatus') }}) end end as status_value,
    case variant when 'event' then coalesce({{ text_at('detail.pipeline') }}, {{ text_at('detail.project-name') }}, {{ text_at('detail.jobName') }}, {{ text_at('detail.name') }}, {{ text_at('detail.application') }}, {{ text_at('detail.service') }}, {{ text_at('detail.repository-name') }}, {{ text_at('detail.alarmName') }}, {{ text_at('detail.AutoScalingGroupName') }}, {{ text_at('detail.SourceIdentifier') }}, {{ text_at('detail.group') }}, {{ text_at('detail.instance-id') }}, {{ text_at('detail.serviceName') }}, nullif(substring({{ text_at('resources.0') }} from '([^/:]+)$'), ''), {{ text_at('source') }}) end as service,
    case variant when 'event' then coalesce({{ text_at('detail.eventTypeCode') }}, {{ text_at('detail-type') }}) end as error_type,
    case variant when 'event' then {{ text_at('account') }} end as team,
    case variant when 'event' then coalesce({{ text_at('detail.stage') }}, {{ text_at('detail.deploymentGroup') }}, {{ text_at('detail.clusterArn') }}, {{ text_at('region') }}) end as environment,
    case variant when 'event' then coalesce({{ text_at('detail.additional-information.logs.deep-link') }}, {{ text_at('detail.url') }}) end as external_url,
    case variant when 'event' then coalesce({{ instant_at('detail.createdAt') }}, {{ instant_at('time') }}) end as source_created_at,
    case variant when 'event' then {{ instant_at('time') }} end as resolved_at,
    case variant when 'event' then jsonb_strip_nulls(jsonb_build_object('source', {{ value_at('source') }}, 'account', {{ value_at('account') }}, 'region', {{ value_at('region') }}, 'resource', {{ value_at('resources.0') }}, 'execution', coalesce(nullif({{ value_at('detail.execution-id') }}, 'null'), nullif({{ value_at('detail.deploymentId') }}, 'null'), nullif({{ value_at('detail.build-id') }}, 'null'), nullif({{ value_at('detail.executionArn') }}, 'null')))) else '{}'::jsonb end as attributes
from variants
