{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('buildkite', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when (kind in ('job') and ({{ has_value('state') }} and {{ has_value('type') }} and ({{ has_value('step_key') }} or {{ has_value('exit_status') }} or {{ has_value('command') }}))) then 'job'
            when ((kind in ('graphql') or (kind in ('run') and not {{ has_value('uuid') }})) and ({{ has_value('state') }} and {{ has_value('number') }} and ({{ has_value('message') }} or {{ has_value('commit') }} or {{ has_value('pipeline') }}))) then 'build'
        end as variant
    from records

)

select
    {{ record_columns('buildkite') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'job' then nullif(concat_ws(': ', coalesce({{ text_at('pipeline.name') }}, {{ text_at('pipeline.slug') }}), coalesce({{ text_at('name') }}, {{ text_at('label') }}, {{ text_at('step_key') }}, {{ text_at('command') }})), '') when 'build' then nullif(concat_ws(': ', coalesce({{ text_at('pipeline.name') }}, {{ text_at('pipeline.slug') }}), coalesce({{ text_at('message') }}, ('Build ' || {{ text_at('number') }}))), '') end as title,
    case variant when 'build' then {{ text_at('cancel_reason') }} end as body,
    case variant when 'job' then {{ text_at('state') }} when 'build' then {{ text_at('state') }} end as severity_value,
    case variant when 'job' then {{ text_at('state') }} when 'build' then {{ text_at('state') }} end as status_value,
    case variant when 'job' then coalesce({{ text_at('pipeline.slug') }}, {{ text_at('pipeline.name') }}) when 'build' then coalesce({{ text_at('pipeline.slug') }}, {{ text_at('pipeline.name') }}) end as service,
    case variant when 'job' then 'job_failed' when 'build' then 'build_failed' end as error_type,
    case variant when 'build' then coalesce({{ text_at('pipeline.teams.0.slug') }}, {{ text_at('team.slug') }}) end as team,
    case variant when 'job' then {{ text_at('build.branch') }} when 'build' then coalesce({{ text_at('env.ENVIRONMENT') }}, {{ text_at('env.DEPLOY_ENV') }}, {{ text_at('meta_data.environment') }}, {{ text_at('branch') }}) end as environment,
    case variant when 'job' then coalesce({{ text_at('web_url') }}, {{ text_at('url') }}) when 'build' then coalesce({{ text_at('web_url') }}, {{ text_at('url') }}) end as external_url,
    case variant when 'job' then coalesce({{ instant_at('started_at') }}, {{ instant_at('created_at') }}) when 'build' then coalesce({{ instant_at('started_at') }}, {{ instant_at('created_at') }}, {{ instant_at('startedAt') }}, {{ instant_at('createdAt') }}) end as source_created_at,
    case variant when 'job' then {{ instant_at('finished_at') }} when 'build' then coalesce({{ instant_at('finished_at') }}, {{ instant_at('finishedAt') }}) end as resolved_at,
    case variant when 'job' then jsonb_strip_nulls(jsonb_build_object('exit_status', {{ value_at('exit_status') }}, 'step', {{ value_at('step_key') }})) when 'build' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('number') }}, 'commit', {{ value_at('commit') }}, 'origin', {{ value_at('source') }}, 'creator', {{ value_at('creator.name') }})) else '{}'::jsonb end as attributes
from variants
