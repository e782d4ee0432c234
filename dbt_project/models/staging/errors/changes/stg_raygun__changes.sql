{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('raygun', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('version') }} and ({{ has_value('deployedAt') }} or {{ has_value('deployedBy') }})) then 'deployment'
        end as variant
    from records

)

select
    {{ record_columns('raygun') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'deployment' then 'deploy' end as change_kind,
    case variant when 'deployment' then nullif(concat_ws(' ', {{ text_at('version') }}, {{ text_at('comment') }}), '') end as title,
    case variant when 'deployment' then {{ text_at('applicationIdentifier') }} end as service,
    null::text as environment,
    case variant when 'deployment' then {{ text_at('url') }} end as external_url,
    case variant when 'deployment' then coalesce({{ instant_at('deployedAt') }}, {{ instant_at('createdAt') }}) end as changed_at
from variants
