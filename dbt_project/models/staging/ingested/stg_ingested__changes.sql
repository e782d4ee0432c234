{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('custom_api', shape="r.kind = 'normalized_change'", own=false) }}

),

variants as (

    select
        *,
        case
            when true then 'normalized'
        end as variant
    from records

)

select
    {{ record_columns() }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'normalized' then {{ text_at('kind') }} end as change_kind,
    case variant when 'normalized' then {{ text_at('title') }} end as title,
    case variant when 'normalized' then {{ text_at('service') }} end as service,
    case variant when 'normalized' then {{ text_at('environment') }} end as environment,
    case variant when 'normalized' then {{ text_at('external_url') }} end as external_url,
    case variant when 'normalized' then {{ instant_at('changed_at') }} end as changed_at
from variants
