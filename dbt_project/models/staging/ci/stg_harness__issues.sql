{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('harness', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when (kind in ('notification') and ({{ has_value('planExecutionId') }} and {{ has_value('eventType') }})) then 'notification'
            when (kind in ('run') and ({{ has_value('planExecutionId') }} and {{ has_value('status') }} and ({{ has_value('name') }} or {{ has_value('pipelineIdentifier') }}))) then 'execution'
            when (kind in ('first_gen') and ({{ has_value('application') }} and {{ has_value('status') }})) then 'FirstGen execution'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('harness') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'notification' then nullif(concat_ws(': ', coalesce({{ text_at('pipelineName') }}, {{ text_at('pipelineIdentifier') }}), coalesce({{ text_at('stageName') }}, {{ text_at('stepName') }}, {{ text_at('errorMessage') }})), '') when 'execution' then nullif(concat_ws(': ', coalesce({{ text_at('name') }}, {{ text_at('pipelineIdentifier') }}), {{ text_at('executionErrorInfo.message') }}), '') when 'FirstGen execution' then nullif(concat_ws(': ', coalesce({{ text_at('name') }}, {{ text_at('pipeline.name') }}, {{ text_at('workflow.name') }}, {{ text_at('application.name') }}), {{ text_at('status') }}), '') end as title,
    case variant when 'notification' then coalesce({{ text_at('errorMessage') }}, {{ text_at('failureInfo.message') }}) when 'execution' then coalesce({{ text_at('executionErrorInfo.message') }}, {{ text_at('failureInfo.message') }}) when 'FirstGen execution' then nullif(coalesce({{ text_at('notes') }}, {{ text_at('failureDetails') }}), {{ text_at('application.name') }}) end as body,
    case variant when 'notification' then coalesce({{ text_at('nodeStatus') }}, {{ text_at('eventType') }}) when 'execution' then {{ text_at('status') }} when 'FirstGen execution' then {{ text_at('status') }} end as severity_value,
    case variant when 'notification' then coalesce({{ text_at('nodeStatus') }}, {{ text_at('eventType') }}) when 'execution' then {{ text_at('status') }} when 'FirstGen execution' then {{ text_at('status') }} end as status_value,
    case variant when 'notification' then coalesce({{ text_at('moduleInfo.services.0.id') }}, {{ text_at('moduleInfo.services.0.name') }}, {{ text_at('moduleInfo.services.0') }}, {{ text_at('pipelineIdentifier') }}, {{ text_at('pipelineName') }}) when 'execution' then coalesce({{ text_at('moduleInfo.cd.serviceIdentifiers.0') }}, {{ text_at('moduleInfo.ci.repoName') }}, {{ text_at('pipelineIdentifier') }}) when 'FirstGen execution' then coalesce({{ text_at('services.nodes.0.name') }}, {{ text_at('outcomes.nodes.0.service.name') }}, {{ text_at('artifacts.0.artifactSource.name') }}, {{ text_at('application.services.nodes.0.artifactSources.0.name') }}, {{ text_at('application.name') }}) end as service,
    case variant when 'notification' then coalesce({{ text_at('failureInfo.failureTypeList.0') }}, 'execution_failed') when 'execution' then coalesce({{ text_at('failureInfo.failureTypeList.0') }}, 'execution_failed') when 'FirstGen execution' then 'execution_failed' end as error_type,
    case variant when 'notification' then {{ text_at('projectIdentifier') }} end as team,
    case variant when 'notification' then coalesce({{ text_at('moduleInfo.environments.0.id') }}, {{ text_at('moduleInfo.environments.0.name') }}, {{ text_at('moduleInfo.environments.0') }}) when 'execution' then coalesce({{ text_at('moduleInfo.cd.envIdentifiers.0') }}, {{ text_at('moduleInfo.ci.branch') }}, {{ text_at('gitDetails.branch') }}) when 'FirstGen execution' then coalesce({{ text_at('environments.nodes.0.name') }}, {{ text_at('outcomes.nodes.0.environment.name') }}) end as environment,
    case variant when 'notification' then coalesce({{ text_at('executionUrl') }}, {{ text_at('pipelineUrl') }}) when 'execution' then ('https://app.harness.io/ng/account/' || nullif(config ->> 'account', '') || '/all/orgs/' || nullif(config ->> 'organization', '') || '/projects/' || nullif(config ->> 'project', '') || '/pipelines/' || {{ text_at('pipelineIdentifier') }} || '/executions/' || {{ text_at('planExecutionId') }} || '/pipeline') when 'FirstGen execution' then {{ text_at('url') }} end as external_url,
    case variant when 'notification' then coalesce({{ milliseconds_at('startTs') }}, {{ instant_at('startTime') }}) when 'execution' then coalesce({{ milliseconds_at('startTs') }}, {{ milliseconds_at('createdAt') }}) when 'FirstGen execution' then coalesce({{ milliseconds_at('startedAt') }}, {{ milliseconds_at('createdAt') }}) end as source_created_at,
    case variant when 'notification' then coalesce({{ milliseconds_at('endTs') }}, {{ instant_at('endTime') }}) when 'execution' then {{ milliseconds_at('endTs') }} when 'FirstGen execution' then {{ milliseconds_at('endedAt') }} end as resolved_at,
    case variant when 'notification' then jsonb_strip_nulls(jsonb_build_object('pipeline', {{ value_at('pipelineIdentifier') }}, 'triggered_by', {{ value_at('triggeredBy.name') }})) when 'execution' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('runSequence') }}, 'pipeline', {{ value_at('pipelineIdentifier') }})) when 'FirstGen execution' then jsonb_strip_nulls(jsonb_build_object('build', {{ value_at('artifacts.0.buildNo') }}, 'application', {{ value_at('application.name') }})) else '{}'::jsonb end as attributes
from variants
