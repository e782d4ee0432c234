{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('harness', shape="kind = 'change'") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when ({{ has_value('planExecutionId') }} and ({{ has_value('status') }} or {{ has_value('eventType') }})) then 'execution that deployed'
            when ({{ has_value('application') }} and {{ has_value('endedAt') }}) then 'FirstGen deployment'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('harness') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'execution that deployed' then 'deploy' when 'FirstGen deployment' then 'deploy' end as change_kind,
    case variant when 'execution that deployed' then nullif(concat_ws(' ', coalesce({{ text_at('name') }}, {{ text_at('pipelineName') }}, {{ text_at('pipelineIdentifier') }}), ('#' || {{ text_at('runSequence') }})), '') when 'FirstGen deployment' then nullif(concat_ws(' ', coalesce({{ text_at('name') }}, {{ text_at('workflow.name') }}, {{ text_at('application.name') }}), {{ text_at('artifacts.0.buildNo') }}), '') end as title,
    case variant when 'execution that deployed' then coalesce({{ text_at('moduleInfo.cd.serviceIdentifiers.0') }}, {{ text_at('moduleInfo.services.0.id') }}, {{ text_at('moduleInfo.services.0') }}, {{ text_at('pipelineIdentifier') }}) when 'FirstGen deployment' then coalesce({{ text_at('services.nodes.0.name') }}, {{ text_at('artifacts.0.artifactSource.name') }}, {{ text_at('application.name') }}) end as service,
    case variant when 'execution that deployed' then coalesce({{ text_at('moduleInfo.cd.envIdentifiers.0') }}, {{ text_at('moduleInfo.environments.0.id') }}, {{ text_at('moduleInfo.environments.0') }}) when 'FirstGen deployment' then {{ text_at('environments.nodes.0.name') }} end as environment,
    case variant when 'execution that deployed' then coalesce({{ text_at('executionUrl') }}, ('https://app.harness.io/ng/account/' || nullif(config ->> 'account', '') || '/all/orgs/' || nullif(config ->> 'organization', '') || '/projects/' || nullif(config ->> 'project', '') || '/pipelines/' || {{ text_at('pipelineIdentifier') }} || '/executions/' || {{ text_at('planExecutionId') }} || '/pipeline')) end as external_url,
    case variant when 'execution that deployed' then coalesce({{ milliseconds_at('endTs') }}, {{ milliseconds_at('startTs') }}, {{ instant_at('endTime') }}, {{ instant_at('startTime') }}) when 'FirstGen deployment' then coalesce({{ milliseconds_at('endedAt') }}, {{ milliseconds_at('startedAt') }}) end as changed_at
from variants
