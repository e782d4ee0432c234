{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('mongodb_atlas', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('eventTypeName') }} and {{ has_value('created') }}) then 'event'
        end as variant
    from records

)

select
    {{ record_columns('mongodb_atlas') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'event' then 'config_change' end as change_kind,
    case variant when 'event' then {{ text_at('eventTypeName') }} end as title,
    case variant when 'event' then coalesce({{ text_at('clusterName') }}, {{ text_at('groupId') }}, {{ text_at('orgId') }}) end as service,
    null::text as environment,
    case variant when 'event' then {{ text_at('links.0.href') }} end as external_url,
    case variant when 'event' then {{ instant_at('created') }} end as changed_at
from variants
