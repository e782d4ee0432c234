{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('bitbucket', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('release') }} or {{ has_value('environment') }}) then 'deployment'
        end as variant
    from records

)

select
    {{ record_columns('bitbucket') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'deployment' then 'deploy' end as change_kind,
    case variant when 'deployment' then coalesce(({{ text_at('release.name') }} || ' to ' || {{ text_at('environment.name') }}), {{ text_at('release.name') }}) end as title,
    case variant when 'deployment' then {{ text_at('repository.full_name') }} end as service,
    case variant when 'deployment' then {{ text_at('environment.name') }} end as environment,
    case variant when 'deployment' then coalesce({{ text_at('state.url') }}, {{ text_at('release.url') }}) end as external_url,
    case variant when 'deployment' then coalesce({{ instant_at('state.completed_on') }}, {{ instant_at('last_update_time') }}, {{ instant_at('release.created_on') }}) end as changed_at
from variants
