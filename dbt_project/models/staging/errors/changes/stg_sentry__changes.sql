{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('sentry', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when {{ has_value('version') }} then 'release'
        end as variant
    from records

)

select
    {{ record_columns('sentry') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'release' then 'release' end as change_kind,
    case variant when 'release' then nullif(concat_ws(' ', coalesce({{ text_at('projects.0.slug') }}, {{ text_at('projects.0.name') }}), coalesce({{ text_at('shortVersion') }}, {{ text_at('version') }})), '') end as title,
    case variant when 'release' then coalesce({{ text_at('projects.0.slug') }}, {{ text_at('projects.0.name') }}) end as service,
    case variant when 'release' then {{ text_at('lastDeploy.environment') }} end as environment,
    case variant when 'release' then coalesce({{ text_at('url') }}, {{ text_at('lastDeploy.url') }}) end as external_url,
    case variant when 'release' then coalesce({{ instant_at('lastDeploy.dateFinished') }}, {{ instant_at('dateReleased') }}, {{ instant_at('dateCreated') }}) end as changed_at
from variants
