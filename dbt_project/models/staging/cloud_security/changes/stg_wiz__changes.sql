{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('wiz', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('action') }} and {{ has_value('timestamp') }} and not coalesce(lower({{ text_at('status') }}) in ('failed', 'access_denied'), false)) then 'audit entry'
        end as variant
    from records

)

select
    {{ record_columns('wiz') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'audit entry' then 'config_change' end as change_kind,
    case variant when 'audit entry' then {{ text_at('action') }} end as title,
    case variant when 'audit entry' then coalesce({{ text_at('serviceAccount.name') }}, {{ text_at('user.name') }}) end as service,
    null::text as environment,
    null::text as external_url,
    case variant when 'audit entry' then {{ instant_at('timestamp') }} end as changed_at
from variants
