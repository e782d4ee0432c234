{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('octopus_deploy', shape="kind = 'change'") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when ({{ has_value('Category') }} and {{ has_value('Message') }} and not {{ has_value('State') }}) then 'subscription event'
            when ({{ has_value('Name') }} and ({{ has_value('Task.State') }} or (coalesce(lower({{ text_at('State') }}) in ('success'), false) and {{ has_value('Description') }}))) then 'deployment'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('octopus_deploy') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'subscription event' then 'deploy' when 'deployment' then 'deploy' end as change_kind,
    case variant when 'subscription event' then {{ text_at('Message') }} when 'deployment' then coalesce(({{ text_at('ProjectName') }} || ': ' || {{ text_at('Name') }}), {{ text_at('Description') }}, {{ text_at('Name') }}) end as title,
    case variant when 'subscription event' then nullif(substring({{ text_at('Message') }} from '[Dd]eploy (.+) release '), '') when 'deployment' then coalesce({{ text_at('ProjectName') }}, nullif(substring({{ text_at('Description') }} from '(?:Deploy|Redeploy|Run .+ runbook for|Run) (.+) release '), ''), {{ text_at('ProjectId') }}) end as service,
    case variant when 'subscription event' then nullif(substring({{ text_at('Message') }} from ' to ([^,]+?)(?: failed| succeeded| for .*|)$'), '') when 'deployment' then coalesce({{ text_at('EnvironmentName') }}, nullif(substring({{ text_at('Description') }} from ' to (.+)$'), ''), {{ text_at('EnvironmentId') }}) end as environment,
    case variant when 'subscription event' then {{ text_at('ServerUri') }} when 'deployment' then (nullif(config ->> 'base_url', '') || {{ text_at('Links.Web') }}) end as external_url,
    case variant when 'subscription event' then {{ instant_at('Occurred') }} when 'deployment' then coalesce({{ instant_at('Task.CompletedTime') }}, {{ instant_at('CompletedTime') }}, {{ instant_at('Task.StartTime') }}, {{ instant_at('StartTime') }}) end as changed_at
from variants
