{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('duo', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when {{ has_value('action') }} then 'administrator action'
        end as variant
    from records

)

select
    {{ record_columns('duo') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'administrator action' then 'config_change' end as change_kind,
    case variant when 'administrator action' then nullif(concat_ws(' · ', {{ text_at('action') }}, {{ text_at('object') }}, {{ text_at('target.name') }}), '') end as title,
    case variant when 'administrator action' then coalesce({{ text_at('object') }}, {{ text_at('target.name') }}) end as service,
    null::text as environment,
    null::text as external_url,
    case variant when 'administrator action' then coalesce({{ instant_at('isotimestamp') }}, {{ seconds_at('timestamp') }}, {{ instant_at('timestamp') }}, {{ seconds_at('ts') }}, {{ instant_at('ts') }}) end as changed_at
from variants
