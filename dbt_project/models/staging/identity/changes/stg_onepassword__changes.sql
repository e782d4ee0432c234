{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('onepassword', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('action') }} and {{ has_value('object_type') }}) then 'audit event'
        end as variant
    from records

)

select
    {{ record_columns('onepassword') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'audit event' then 'config_change' end as change_kind,
    case variant when 'audit event' then nullif(concat_ws(' · ', {{ text_at('action') }}, {{ text_at('object_type') }}), '') end as title,
    case variant when 'audit event' then coalesce({{ text_at('object_details.name') }}, {{ text_at('object_type') }}) end as service,
    null::text as environment,
    null::text as external_url,
    case variant when 'audit event' then {{ instant_at('timestamp') }} end as changed_at
from variants
