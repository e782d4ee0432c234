{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('azure_monitor', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('operationName') }} and ({{ has_value('resultType') }} or {{ has_value('status') }})) then 'operation of the activity log'
        end as variant
    from records

)

select
    {{ record_columns('azure_monitor') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'operation of the activity log' then 'config_change' end as change_kind,
    case variant when 'operation of the activity log' then (coalesce({{ text_at('operationName.localizedValue') }}, {{ text_at('operationName') }}) || ': ' || nullif(substring({{ text_at('resourceId') }} from '/([^/]+)/?$'), '')) end as title,
    case variant when 'operation of the activity log' then nullif(substring({{ text_at('resourceId') }} from '/([^/]+)/?$'), '') end as service,
    case variant when 'operation of the activity log' then nullif(substring({{ text_at('resourceId') }} from '/[rR][eE][sS][oO][uU][rR][cC][eE][gG][rR][oO][uU][pP][sS]/([^/]+)'), '') end as environment,
    null::text as external_url,
    case variant when 'operation of the activity log' then coalesce({{ instant_at('time') }}, {{ instant_at('eventTimestamp') }}) end as changed_at
from variants
