{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('bmc_remedy', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when (({{ has_value('values.Infrastructure Change ID') }} or {{ has_value('Infrastructure Change ID') }}) and ({{ has_value('values.Description') }} or {{ has_value('Description') }})) then 'change'
        end as variant
    from records

)

select
    {{ record_columns('bmc_remedy') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'change' then 'change' end as change_kind,
    case variant when 'change' then coalesce({{ text_at('values.Description') }}, {{ text_at('Description') }}) end as title,
    case variant when 'change' then coalesce({{ text_at('values.ServiceCI') }}, {{ text_at('ServiceCI') }}, {{ text_at('values.Product Name') }}, {{ text_at('Product Name') }}) end as service,
    case variant when 'change' then coalesce({{ text_at('values.Environment') }}, {{ text_at('Environment') }}) end as environment,
    null::text as external_url,
    case variant when 'change' then coalesce({{ instant_at('values.Actual Start Date') }}, {{ instant_at('Actual Start Date') }}, {{ instant_at('values.Scheduled Start Date') }}, {{ instant_at('Scheduled Start Date') }}, {{ instant_at('values.Actual End Date') }}, {{ instant_at('Actual End Date') }}) end as changed_at
from variants
