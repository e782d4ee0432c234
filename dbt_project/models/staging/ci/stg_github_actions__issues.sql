{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('github_actions', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when (kind in ('run') and {{ has_value('run_number') }}) then 'workflow run'
            when (kind in ('job') and {{ has_value('run_id') }} and {{ has_value('name') }}) then 'job'
            when (kind in ('check') and {{ has_value('head_sha') }} and ({{ has_value('check_suite') }} or {{ has_value('latest_check_runs_count') }})) then 'check run or suite'
            when (kind in ('deployment') and {{ has_value('state') }} and {{ has_value('environment') }}) then 'failed deployment'
        end as variant
    from records

)

select
    {{ record_columns('github_actions') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'workflow run' then nullif(concat_ws(': ', coalesce({{ text_at('name') }}, {{ text_at('workflow.name') }}, {{ text_at('path') }}), nullif({{ text_at('display_title') }}, {{ text_at('name') }})), '') when 'job' then nullif(concat_ws(': ', {{ text_at('workflow_name') }}, {{ text_at('name') }}), '') when 'check run or suite' then coalesce({{ text_at('output.title') }}, {{ text_at('name') }}, ('Checks of ' || {{ text_at('head_branch') }} || ' failed')) when 'failed deployment' then coalesce({{ text_at('description') }}, ('Deployment of ' || {{ text_at('deployment.ref') }} || ' to ' || {{ text_at('environment') }} || ' failed')) end as title,
    case variant when 'workflow run' then coalesce({{ text_at('head_commit.message') }}, {{ text_at('display_title') }}) when 'check run or suite' then coalesce({{ text_at('output.summary') }}, {{ text_at('output.text') }}) end as body,
    case variant when 'workflow run' then {{ text_at('conclusion') }} when 'job' then {{ text_at('conclusion') }} when 'check run or suite' then {{ text_at('conclusion') }} when 'failed deployment' then {{ text_at('state') }} end as severity_value,
    case variant when 'workflow run' then coalesce({{ text_at('conclusion') }}, {{ text_at('status') }}) when 'job' then coalesce({{ text_at('conclusion') }}, {{ text_at('status') }}) when 'check run or suite' then coalesce({{ text_at('conclusion') }}, {{ text_at('status') }}) when 'failed deployment' then {{ text_at('state') }} end as status_value,
    case variant when 'workflow run' then coalesce({{ text_at('repository.name') }}, nullif(substring({{ text_at('repository_url') }} from '[^/]+$'), ''), nullif(substring({{ text_at('url') }} from '/repos/[^/]+/([^/]+)'), '')) when 'job' then nullif(substring({{ text_at('url') }} from '/repos/[^/]+/([^/]+)'), '') when 'check run or suite' then nullif(substring({{ text_at('url') }} from '/repos/[^/]+/([^/]+)'), '') when 'failed deployment' then coalesce({{ text_at('repository.name') }}, nullif(substring({{ text_at('deployment_url') }} from '/repos/[^/]+/([^/]+)'), '')) end as service,
    case variant when 'workflow run' then 'workflow_run_failed' when 'job' then 'job_failed' when 'check run or suite' then coalesce({{ text_at('name') }}, 'check_suite_failed') when 'failed deployment' then 'deployment_failed' end as error_type,
    null::text as team,
    case variant when 'workflow run' then {{ text_at('head_branch') }} when 'job' then coalesce({{ text_at('deployment.environment') }}, {{ text_at('head_branch') }}) when 'check run or suite' then coalesce({{ text_at('check_suite.head_branch') }}, {{ text_at('head_branch') }}) when 'failed deployment' then {{ text_at('environment') }} end as environment,
    case variant when 'workflow run' then {{ text_at('html_url') }} when 'job' then {{ text_at('html_url') }} when 'check run or suite' then coalesce({{ text_at('html_url') }}, {{ text_at('details_url') }}) when 'failed deployment' then coalesce({{ text_at('environment_url') }}, {{ text_at('log_url') }}, {{ text_at('target_url') }}, {{ text_at('repository.html_url') }}) end as external_url,
    case variant when 'workflow run' then coalesce({{ instant_at('run_started_at') }}, {{ instant_at('created_at') }}) when 'job' then coalesce({{ instant_at('started_at') }}, {{ instant_at('created_at') }}) when 'check run or suite' then coalesce({{ instant_at('started_at') }}, {{ instant_at('created_at') }}) when 'failed deployment' then {{ instant_at('created_at') }} end as source_created_at,
    case variant when 'workflow run' then {{ instant_at('updated_at') }} when 'job' then {{ instant_at('completed_at') }} when 'check run or suite' then coalesce({{ instant_at('completed_at') }}, {{ instant_at('updated_at') }}) when 'failed deployment' then {{ instant_at('updated_at') }} end as resolved_at,
    case variant when 'workflow run' then jsonb_strip_nulls(jsonb_build_object('component', {{ value_at('name') }}, 'commit', {{ value_at('head_sha') }}, 'run_number', {{ value_at('run_number') }}, 'run_attempt', {{ value_at('run_attempt') }}, 'actor', {{ value_at('actor.login') }})) when 'job' then jsonb_strip_nulls(jsonb_build_object('commit', {{ value_at('head_sha') }}, 'run', {{ value_at('run_id') }}, 'run_attempt', {{ value_at('run_attempt') }}, 'runner', {{ value_at('runner_name') }})) when 'check run or suite' then jsonb_strip_nulls(jsonb_build_object('commit', {{ value_at('head_sha') }}, 'app', {{ value_at('app.slug') }})) when 'failed deployment' then jsonb_strip_nulls(jsonb_build_object('commit', {{ value_at('deployment.sha') }}, 'ref', {{ value_at('deployment.ref') }})) else '{}'::jsonb end as attributes
from variants
