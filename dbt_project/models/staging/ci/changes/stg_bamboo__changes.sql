{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('bamboo', shape="kind = 'change'") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when ({{ has_value('deploymentState') }} or {{ has_value('deploymentResultId') }}) then 'deployment'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('bamboo') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'deployment' then 'deploy' end as change_kind,
    case variant when 'deployment' then coalesce(nullif(concat_ws(' ', coalesce({{ text_at('deploymentProjectName') }}, {{ text_at('deploymentVersion.items.0.label') }}), {{ text_at('deploymentVersionName') }}), ''), {{ text_at('environmentName') }}) end as title,
    case variant when 'deployment' then coalesce({{ text_at('deploymentProjectName') }}, {{ text_at('deploymentVersion.items.0.planResultKey.entityKey.key') }}) end as service,
    case variant when 'deployment' then coalesce({{ text_at('environmentName') }}, {{ text_at('environment.name') }}) end as environment,
    case variant when 'deployment' then (nullif(config ->> 'base_url', '') || '/deploy/viewDeploymentResult.action?deploymentResultId=' || {{ text_at('id') }}) end as external_url,
    case variant when 'deployment' then coalesce({{ milliseconds_at('finishedDate') }}, {{ instant_at('finishedDate') }}, {{ milliseconds_at('finishedAt') }}, {{ instant_at('finishedAt') }}, {{ milliseconds_at('executedDate') }}, {{ instant_at('executedDate') }}) end as changed_at
from variants
