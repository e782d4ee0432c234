{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('entra_id', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('properties.activityDisplayName') }} or {{ has_value('activityDisplayName') }} or {{ has_value('operationName') }}) then 'audit event'
        end as variant
    from records

)

select
    {{ record_columns('entra_id') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'audit event' then 'config_change' end as change_kind,
    case variant when 'audit event' then coalesce({{ text_at('properties.activityDisplayName') }}, {{ text_at('activityDisplayName') }}, {{ text_at('operationName') }}) end as title,
    case variant when 'audit event' then coalesce({{ text_at('properties.targetResources.0.displayName') }}, {{ text_at('targetResources.0.displayName') }}, {{ text_at('properties.loggedByService') }}, {{ text_at('loggedByService') }}) end as service,
    null::text as environment,
    null::text as external_url,
    case variant when 'audit event' then coalesce({{ instant_at('properties.activityDateTime') }}, {{ instant_at('activityDateTime') }}, {{ instant_at('time') }}) end as changed_at
from variants
