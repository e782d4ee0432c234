{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('github_actions', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('environment') }} and {{ has_value('state') }}) then 'deployment'
            when ({{ has_value('run_number') }} and {{ has_value('workflow_id') }}) then 'deploying workflow run'
        end as variant
    from records

)

select
    {{ record_columns('github_actions') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'deployment' then 'deploy' when 'deploying workflow run' then 'deploy' end as change_kind,
    case variant when 'deployment' then coalesce({{ text_at('description') }}, {{ text_at('deployment.description') }}, ({{ text_at('deployment.ref') }} || ' to ' || {{ text_at('environment') }}), ('To ' || {{ text_at('environment') }})) when 'deploying workflow run' then nullif(concat_ws(': ', coalesce({{ text_at('name') }}, {{ text_at('path') }}), nullif({{ text_at('display_title') }}, {{ text_at('name') }})), '') end as title,
    case variant when 'deployment' then coalesce({{ text_at('repository.name') }}, nullif(substring({{ text_at('deployment_url') }} from '/repos/[^/]+/([^/]+)'), '')) when 'deploying workflow run' then coalesce({{ text_at('repository.name') }}, nullif(substring({{ text_at('url') }} from '/repos/[^/]+/([^/]+)'), '')) end as service,
    case variant when 'deployment' then {{ text_at('environment') }} when 'deploying workflow run' then {{ text_at('head_branch') }} end as environment,
    case variant when 'deployment' then coalesce({{ text_at('environment_url') }}, {{ text_at('log_url') }}, {{ text_at('target_url') }}) when 'deploying workflow run' then {{ text_at('html_url') }} end as external_url,
    case variant when 'deployment' then coalesce({{ instant_at('updated_at') }}, {{ instant_at('created_at') }}) when 'deploying workflow run' then {{ instant_at('updated_at') }} end as changed_at
from variants
