{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('bamboo', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when (kind in ('deployment') and ({{ has_value('deploymentState') }} or {{ has_value('deploymentResultId') }})) then 'failed deployment'
            when ((kind in ('run') and {{ has_value('buildResultKey') }} and {{ has_value('buildState') }}) or (kind in ('build_event') and {{ has_value('buildResultKey') }} and {{ has_value('status') }})) then 'build'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('bamboo') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'failed deployment' then coalesce(nullif(concat_ws(' ', coalesce({{ text_at('deploymentProjectName') }}, {{ text_at('deploymentVersion.items.0.label') }}), {{ text_at('deploymentVersionName') }}), ''), {{ text_at('environmentName') }}) when 'build' then nullif(concat_ws(' #', coalesce({{ text_at('plan.name') }}, {{ text_at('planName') }}, {{ text_at('buildPlanName') }}), coalesce({{ text_at('buildNumber') }}, {{ text_at('buildResultKey') }})), '') end as title,
    case variant when 'failed deployment' then coalesce({{ plain_text_at('reasonSummary') }}, {{ text_at('triggerReason') }}) when 'build' then coalesce({{ plain_text_at('buildReason') }}, {{ plain_text_at('reasonSummary') }}, {{ text_at('triggerReason') }}, {{ text_at('buildTestSummary') }}) end as body,
    case variant when 'failed deployment' then coalesce({{ text_at('deploymentState') }}, {{ text_at('status') }}) when 'build' then coalesce({{ text_at('buildState') }}, {{ text_at('state') }}, {{ text_at('status') }}) end as severity_value,
    case variant when 'failed deployment' then coalesce({{ text_at('deploymentState') }}, {{ text_at('status') }}) when 'build' then coalesce({{ text_at('buildState') }}, {{ text_at('state') }}, {{ text_at('status') }}) end as status_value,
    case variant when 'failed deployment' then coalesce({{ text_at('deploymentProjectName') }}, {{ text_at('deploymentVersion.items.0.planResultKey.entityKey.key') }}) when 'build' then coalesce({{ text_at('planName') }}, {{ text_at('plan.shortName') }}, {{ text_at('buildPlanName') }}) end as service,
    case variant when 'failed deployment' then 'deployment_failed' when 'build' then 'build_failed' end as error_type,
    case variant when 'build' then {{ text_at('projectName') }} end as team,
    case variant when 'failed deployment' then coalesce({{ text_at('environmentName') }}, {{ text_at('environment.name') }}) when 'build' then coalesce({{ text_at('master.shortName') }}, {{ text_at('planBranchName') }}, {{ text_at('vcsBranch') }}) end as environment,
    case variant when 'failed deployment' then (nullif(config ->> 'base_url', '') || '/deploy/viewDeploymentResult.action?deploymentResultId=' || {{ text_at('id') }}) when 'build' then coalesce((nullif(config ->> 'base_url', '') || '/browse/' || {{ text_at('buildResultKey') }}), {{ text_at('link.href') }}) end as external_url,
    case variant when 'failed deployment' then coalesce({{ milliseconds_at('startedDate') }}, {{ instant_at('startedDate') }}, {{ milliseconds_at('startedAt') }}, {{ instant_at('startedAt') }}, {{ milliseconds_at('executedDate') }}, {{ instant_at('executedDate') }}) when 'build' then coalesce({{ instant_at('buildStartedTime') }}, {{ instant_at('startedAt') }}, {{ instant_at('buildCompletedTime') }}) end as source_created_at,
    case variant when 'failed deployment' then coalesce({{ milliseconds_at('finishedDate') }}, {{ instant_at('finishedDate') }}, {{ milliseconds_at('finishedAt') }}, {{ instant_at('finishedAt') }}) when 'build' then coalesce({{ instant_at('buildCompletedTime') }}, {{ instant_at('finishedAt') }}) end as resolved_at,
    case variant when 'failed deployment' then jsonb_strip_nulls(jsonb_build_object('version', {{ value_at('deploymentVersionName') }}, 'branch', {{ value_at('deploymentVersion.planBranchName') }})) when 'build' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('buildNumber') }}, 'plan', coalesce(nullif({{ value_at('plan.key') }}, 'null'), nullif({{ value_at('buildPlanKey') }}, 'null')), 'commit', {{ value_at('vcsRevisionKey') }}, 'failed_tests', {{ value_at('failedTestCount') }})) else '{}'::jsonb end as attributes
from variants
