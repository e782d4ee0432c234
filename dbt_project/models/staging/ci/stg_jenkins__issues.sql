{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('jenkins', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when (kind in ('notification') and ({{ has_value('build.full_url') }} and {{ has_value('name') }})) then 'notification'
            when (kind in ('stage') and {{ has_value('_links.self.href') }} and {{ has_value('status') }} and {{ has_value('name') }}) then 'pipeline stage or run'
            when (kind in ('blue_run') and ({{ has_value('pipeline') }} and {{ has_value('result') }} and ({{ has_value('startTime') }} or {{ has_value('enQueueTime') }}))) then 'Blue Ocean run'
            when (kind in ('run') and ({{ has_value('url') }} and {{ has_value('timestamp') }} and {{ has_value('number') }})) then 'build'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('jenkins') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'notification' then (coalesce({{ text_at('display_name') }}, {{ text_at('name') }}) || ' #' || {{ text_at('build.number') }}) when 'pipeline stage or run' then nullif(concat_ws(': ', {{ text_at('name') }}, {{ text_at('error.message') }}), '') when 'Blue Ocean run' then (coalesce({{ text_at('fullName') }}, {{ text_at('pipeline') }}) || ' #' || {{ text_at('id') }}) when 'build' then coalesce({{ text_at('fullDisplayName') }}, {{ text_at('displayName') }}) end as title,
    case variant when 'notification' then coalesce({{ text_at('build.notes') }}, {{ text_at('build.log') }}, {{ text_at('build.test_summary.failed_tests') }}) when 'pipeline stage or run' then {{ text_at('error.message') }} when 'Blue Ocean run' then nullif(coalesce({{ text_at('description') }}, {{ text_at('runSummary') }}), {{ text_at('result') }}) when 'build' then coalesce({{ text_at('description') }}, {{ text_at('actions.0.causes.0.shortDescription') }}) end as body,
    case variant when 'notification' then {{ text_at('build.status') }} when 'pipeline stage or run' then {{ text_at('status') }} when 'Blue Ocean run' then {{ text_at('result') }} when 'build' then {{ text_at('result') }} end as severity_value,
    case variant when 'notification' then {{ text_at('build.status') }} when 'pipeline stage or run' then {{ text_at('status') }} when 'Blue Ocean run' then {{ text_at('result') }} when 'build' then {{ text_at('result') }} end as status_value,
    case variant when 'notification' then coalesce({{ text_at('name') }}, {{ text_at('display_name') }}) when 'pipeline stage or run' then nullif(substring({{ text_at('_links.self.href') }} from '/job/([^/]+)/\d+/(?:wfapi|execution)'), '') when 'Blue Ocean run' then {{ text_at('pipeline') }} when 'build' then coalesce(nullif(substring({{ text_at('fullDisplayName') }} from '^(.*\S)\s+#\d+$'), ''), nullif(substring({{ text_at('url') }} from '/job/([^/]+)/\d+/?$'), '')) end as service,
    case variant when 'notification' then 'build_failed' when 'pipeline stage or run' then coalesce({{ text_at('error.type') }}, 'stage_failed') when 'Blue Ocean run' then 'build_failed' when 'build' then 'build_failed' end as error_type,
    null::text as team,
    case variant when 'notification' then coalesce({{ text_at('build.parameters.environment') }}, {{ text_at('build.parameters.ENVIRONMENT') }}, {{ text_at('build.scm.branch') }}) when 'Blue Ocean run' then {{ text_at('branch.name') }} when 'build' then coalesce({{ text_at('actions.1.lastBuiltRevision.branch.0.name') }}, {{ text_at('actions.2.lastBuiltRevision.branch.0.name') }}) end as environment,
    case variant when 'notification' then {{ text_at('build.full_url') }} when 'pipeline stage or run' then (nullif(config ->> 'base_url', '') || {{ text_at('_links.self.href') }}) when 'Blue Ocean run' then (nullif(config ->> 'base_url', '') || {{ text_at('_links.self.href') }}) when 'build' then {{ text_at('url') }} end as external_url,
    case variant when 'notification' then {{ milliseconds_at('build.timestamp') }} when 'pipeline stage or run' then {{ milliseconds_at('startTimeMillis') }} when 'Blue Ocean run' then coalesce({{ instant_at('startTime') }}, {{ instant_at('enQueueTime') }}) when 'build' then {{ milliseconds_at('timestamp') }} end as source_created_at,
    case variant when 'Blue Ocean run' then {{ instant_at('endTime') }} end as resolved_at,
    case variant when 'notification' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('build.number') }}, 'commit', {{ value_at('build.scm.commit') }}, 'phase', {{ value_at('build.phase') }})) when 'pipeline stage or run' then jsonb_strip_nulls(jsonb_build_object('id', {{ value_at('id') }}, 'duration_ms', {{ value_at('durationMillis') }})) when 'Blue Ocean run' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('id') }}, 'commit', {{ value_at('commitId') }})) when 'build' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('number') }}, 'duration_ms', {{ value_at('duration') }})) else '{}'::jsonb end as attributes
from variants
