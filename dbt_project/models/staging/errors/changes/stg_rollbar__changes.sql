{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('rollbar', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('data.deploy.revision') }} or {{ has_value('revision') }}) then 'deploy'
        end as variant
    from records

)

select
    {{ record_columns('rollbar') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'deploy' then 'deploy' end as change_kind,
    case variant when 'deploy' then nullif(concat_ws(' ', coalesce({{ text_at('data.deploy.environment') }}, {{ text_at('environment') }}), coalesce({{ text_at('data.deploy.revision') }}, {{ text_at('revision') }}), coalesce({{ text_at('data.deploy.comment') }}, {{ text_at('comment') }})), '') end as title,
    case variant when 'deploy' then coalesce({{ text_at('data.deploy.project_id') }}, {{ text_at('project_id') }}) end as service,
    case variant when 'deploy' then coalesce({{ text_at('data.deploy.environment') }}, {{ text_at('environment') }}) end as environment,
    null::text as external_url,
    case variant when 'deploy' then coalesce({{ seconds_at('data.deploy.finish_time') }}, {{ seconds_at('data.deploy.start_time') }}, {{ seconds_at('finish_time') }}, {{ seconds_at('start_time') }}) end as changed_at
from variants
