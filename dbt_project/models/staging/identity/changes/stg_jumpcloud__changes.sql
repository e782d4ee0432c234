{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('jumpcloud', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when {{ has_value('event_type') }} then 'directory change'
        end as variant
    from records

)

select
    {{ record_columns('jumpcloud') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'directory change' then 'config_change' end as change_kind,
    case variant when 'directory change' then nullif(concat_ws(' · ', {{ text_at('event_type') }}, {{ text_at('resource.username') }}, {{ text_at('resource.name') }}), '') end as title,
    case variant when 'directory change' then {{ text_at('service') }} end as service,
    null::text as environment,
    null::text as external_url,
    case variant when 'directory change' then {{ instant_at('timestamp') }} end as changed_at
from variants
