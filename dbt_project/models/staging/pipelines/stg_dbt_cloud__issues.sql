{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('dbt_cloud', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('runId') }} and {{ has_value('jobName') }}) then 'webhook'
            when ({{ has_value('id') }} and {{ has_value('status') }} and {{ has_value('created_at') }}) then 'run'
        end as variant
    from records

)

select
    {{ record_columns('dbt_cloud') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'webhook' then ({{ text_at('jobName') }} || ': ' || {{ text_at('runStatus') }}) when 'run' then coalesce(({{ text_at('job.name') }} || ': ' || {{ text_at('status_humanized') }}), ({{ text_at('trigger.cause') }} || ': ' || {{ text_at('status_humanized') }}), ('Run ' || {{ text_at('id') }} || ': ' || {{ text_at('status_humanized') }}), ('Run ' || {{ text_at('id') }} || ' failed')) end as title,
    case variant when 'webhook' then coalesce({{ text_at('runStatusMessage') }}, {{ text_at('runReason') }}) when 'run' then {{ text_at('status_message') }} end as body,
    case variant when 'webhook' then {{ text_at('runStatus') }} when 'run' then coalesce({{ text_at('status_humanized') }}, ('status ' || {{ text_at('status') }})) end as severity_value,
    case variant when 'webhook' then {{ text_at('runStatus') }} when 'run' then coalesce({{ text_at('status_humanized') }}, ('status ' || {{ text_at('status') }})) end as status_value,
    case variant when 'webhook' then coalesce({{ text_at('jobName') }}, {{ text_at('projectName') }}) when 'run' then coalesce({{ text_at('job.name') }}, {{ text_at('job_definition_id') }}, {{ text_at('project_id') }}) end as service,
    case variant when 'webhook' then 'dbt_run_failed' when 'run' then 'dbt_run_failed' end as error_type,
    case variant when 'webhook' then {{ text_at('projectName') }} end as team,
    case variant when 'webhook' then {{ text_at('environmentName') }} when 'run' then coalesce({{ text_at('environment.name') }}, {{ text_at('environment_id') }}) end as environment,
    case variant when 'run' then {{ text_at('href') }} end as external_url,
    case variant when 'webhook' then coalesce({{ instant_at('runStartedAt') }}, {{ instant_at('runErroredAt') }}) when 'run' then coalesce({{ instant_at('started_at') }}, {{ instant_at('created_at') }}) end as source_created_at,
    case variant when 'webhook' then coalesce({{ instant_at('runFinishedAt') }}, {{ instant_at('runErroredAt') }}) when 'run' then coalesce({{ instant_at('finished_at') }}, {{ instant_at('updated_at') }}) end as resolved_at,
    case variant when 'webhook' then jsonb_strip_nulls(jsonb_build_object('job', {{ value_at('jobId') }}, 'run', {{ value_at('runId') }}, 'dbt_version', {{ value_at('dbtVersion') }}, 'reason', {{ value_at('runReason') }})) when 'run' then jsonb_strip_nulls(jsonb_build_object('job', {{ value_at('job_definition_id') }}, 'branch', {{ value_at('git_branch') }}, 'commit', {{ value_at('git_sha') }})) else '{}'::jsonb end as attributes
from variants
