{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('bigquery', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('protoPayload') }} and ({{ has_value('timestamp') }} or {{ has_value('severity') }})) then 'log entry'
            when ({{ has_value('jobReference') }} and ({{ has_value('status') }} or {{ has_value('state') }})) then 'job'
        end as variant
    from records

)

select
    {{ record_columns('bigquery') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'log entry' then coalesce({{ text_at('protoPayload.serviceData.jobCompletedEvent.job.jobStatus.error.message') }}, {{ text_at('protoPayload.status.message') }}, {{ text_at('protoPayload.metadata.jobChange.job.jobStatus.errorResult.message') }}, {{ text_at('protoPayload.methodName') }}) when 'job' then coalesce({{ text_at('errorResult.message') }}, {{ text_at('status.errorResult.message') }}, ('Job ' || {{ text_at('jobReference.jobId') }} || ' failed')) end as title,
    case variant when 'log entry' then coalesce({{ text_at('protoPayload.serviceData.jobCompletedEvent.job.jobConfiguration.query.query') }}, {{ text_at('protoPayload.metadata.jobChange.job.jobConfig.queryConfig.query') }}) when 'job' then coalesce({{ text_at('configuration.query.query') }}, {{ text_at('status.errors.0.message') }}) end as body,
    case variant when 'log entry' then {{ text_at('severity') }} when 'job' then case when {{ has_value('status.errorResult') }} then 'failed' else case when {{ has_value('errorResult') }} then 'failed' else null::text end end end as severity_value,
    case variant when 'log entry' then coalesce(case when ({{ has_value('protoPayload.serviceData.jobCompletedEvent.job.jobStatus.error.message') }} or {{ has_value('protoPayload.status.code') }}) then 'failed' else null::text end, {{ text_at('protoPayload.serviceData.jobCompletedEvent.job.jobStatus.state') }}, 'failed') when 'job' then case when ({{ has_value('status.errorResult') }} or {{ has_value('errorResult') }}) then 'failed' else coalesce({{ text_at('status.state') }}, {{ text_at('state') }}) end end as status_value,
    case variant when 'log entry' then coalesce({{ text_at('resource.labels.project_id') }}, {{ text_at('protoPayload.serviceData.jobCompletedEvent.job.jobName.projectId') }}) when 'job' then {{ text_at('jobReference.projectId') }} end as service,
    case variant when 'log entry' then coalesce({{ text_at('protoPayload.serviceData.jobCompletedEvent.job.jobStatus.error.code') }}, {{ text_at('protoPayload.status.code') }}, {{ text_at('protoPayload.methodName') }}) when 'job' then coalesce({{ text_at('status.errorResult.reason') }}, {{ text_at('errorResult.reason') }}) end as error_type,
    case variant when 'log entry' then {{ text_at('protoPayload.authenticationInfo.principalEmail') }} when 'job' then {{ text_at('user_email') }} end as team,
    case variant when 'log entry' then coalesce({{ text_at('resource.labels.location') }}, {{ text_at('protoPayload.serviceData.jobCompletedEvent.job.jobName.location') }}) when 'job' then {{ text_at('jobReference.location') }} end as environment,
    case variant when 'job' then {{ text_at('selfLink') }} end as external_url,
    case variant when 'log entry' then {{ instant_at('timestamp') }} when 'job' then coalesce({{ milliseconds_at('statistics.startTime') }}, {{ milliseconds_at('statistics.creationTime') }}) end as source_created_at,
    case variant when 'log entry' then coalesce({{ instant_at('protoPayload.serviceData.jobCompletedEvent.job.jobStatistics.endTime') }}, {{ instant_at('timestamp') }}) when 'job' then {{ milliseconds_at('statistics.endTime') }} end as resolved_at,
    case variant when 'log entry' then jsonb_strip_nulls(jsonb_build_object('job', coalesce(nullif({{ value_at('protoPayload.serviceData.jobCompletedEvent.job.jobName.jobId') }}, 'null'), nullif({{ value_at('protoPayload.resourceName') }}, 'null')), 'user', {{ value_at('protoPayload.authenticationInfo.principalEmail') }}, 'project', nullif(substring({{ text_at('logName') }} from '^projects/([^/]+)/'), ''))) when 'job' then jsonb_strip_nulls(jsonb_build_object('job', {{ value_at('jobReference.jobId') }}, 'type', {{ value_at('configuration.jobType') }}, 'user', {{ value_at('user_email') }})) else '{}'::jsonb end as attributes
from variants
