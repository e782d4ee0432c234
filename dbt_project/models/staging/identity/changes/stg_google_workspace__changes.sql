{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('google_workspace', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when {{ has_value('id.applicationName') }} then 'administrator action'
        end as variant
    from records

)

select
    {{ record_columns('google_workspace') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'administrator action' then 'config_change' end as change_kind,
    case variant when 'administrator action' then nullif(concat_ws(': ', coalesce({{ text_at('events.0.type') }}, {{ text_at('type') }}), coalesce({{ text_at('events.0.name') }}, {{ text_at('name') }})), '') end as title,
    case variant when 'administrator action' then coalesce({{ text_at('parameters.APPLICATION_NAME') }}, {{ text_at('id.applicationName') }}) end as service,
    null::text as environment,
    null::text as external_url,
    case variant when 'administrator action' then {{ instant_at('id.time') }} end as changed_at
from variants
