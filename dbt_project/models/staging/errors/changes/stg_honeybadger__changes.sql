{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('honeybadger', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('deploy.revision') }} or {{ has_value('revision') }} or {{ has_value('deploy.environment') }}) then 'deploy'
        end as variant
    from records

)

select
    {{ record_columns('honeybadger') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'deploy' then 'deploy' end as change_kind,
    case variant when 'deploy' then nullif(concat_ws(' ', coalesce({{ text_at('project.name') }}, {{ text_at('deploy.repository') }}, {{ text_at('repository') }}), coalesce({{ text_at('deploy.environment') }}, {{ text_at('environment') }}), coalesce({{ text_at('deploy.revision') }}, {{ text_at('revision') }})), '') end as title,
    case variant when 'deploy' then coalesce({{ text_at('project.name') }}, {{ text_at('deploy.repository') }}, {{ text_at('repository') }}, {{ text_at('project_id') }}) end as service,
    case variant when 'deploy' then coalesce({{ text_at('deploy.environment') }}, {{ text_at('environment') }}) end as environment,
    case variant when 'deploy' then coalesce({{ text_at('deploy.url') }}, {{ text_at('url') }}) end as external_url,
    case variant when 'deploy' then coalesce({{ instant_at('deploy.created_at') }}, {{ instant_at('created_at') }}) end as changed_at
from variants
