{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('airbyte', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('jobId') }} and {{ has_value('connection') }}) then 'notification'
            when ({{ has_value('jobId') }} and {{ has_value('status') }}) then 'job'
        end as variant
    from records

)

select
    {{ record_columns('airbyte') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'notification' then coalesce(({{ text_at('connection.name') }} || ': ' || {{ text_at('errorMessage') }}), ({{ text_at('connection.name') }} || ': sync failed'), {{ text_at('connection.id') }}) when 'job' then ({{ text_at('jobType') }} || ' ' || {{ text_at('connectionId') }} || ' ' || {{ text_at('status') }}) end as title,
    case variant when 'notification' then {{ text_at('errorMessage') }} end as body,
    case variant when 'notification' then coalesce({{ text_at('errorType') }}, {{ text_at('failureType') }}, case when coalesce(lower({{ text_at('success') }}) in ('true'), false) then 'success' else 'failed' end) when 'job' then {{ text_at('status') }} end as severity_value,
    case variant when 'notification' then case when coalesce(lower({{ text_at('success') }}) in ('true'), false) then 'success' else 'failed' end when 'job' then {{ text_at('status') }} end as status_value,
    case variant when 'notification' then coalesce({{ text_at('source.name') }}, {{ text_at('connection.name') }}) when 'job' then {{ text_at('connectionId') }} end as service,
    case variant when 'notification' then coalesce({{ text_at('errorType') }}, 'sync_failed') when 'job' then 'sync_failed' end as error_type,
    case variant when 'notification' then {{ text_at('workspace.name') }} end as team,
    case variant when 'notification' then {{ text_at('destination.name') }} end as environment,
    case variant when 'notification' then {{ text_at('connection.url') }} end as external_url,
    case variant when 'notification' then {{ instant_at('startedAt') }} when 'job' then {{ instant_at('startTime') }} end as source_created_at,
    case variant when 'notification' then {{ instant_at('finishedAt') }} when 'job' then {{ instant_at('lastUpdatedAt') }} end as resolved_at,
    case variant when 'notification' then jsonb_strip_nulls(jsonb_build_object('records', {{ value_at('recordsCommitted') }}, 'connection', {{ value_at('connection.id') }})) when 'job' then jsonb_strip_nulls(jsonb_build_object('rows', {{ value_at('rowsSynced') }}, 'bytes', {{ value_at('bytesSynced') }})) else '{}'::jsonb end as attributes
from variants
