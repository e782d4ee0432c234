{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('crowdstrike', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('event.OperationName') }} and not coalesce(lower({{ text_at('event.Success') }}) in ('false'), false)) then 'administrative action'
        end as variant
    from records

)

select
    {{ record_columns('crowdstrike') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'administrative action' then 'config_change' end as change_kind,
    case variant when 'administrative action' then nullif(concat_ws(' · ', {{ text_at('event.OperationName') }}, {{ text_at('event.ServiceName') }}), '') end as title,
    case variant when 'administrative action' then {{ text_at('event.ServiceName') }} end as service,
    null::text as environment,
    null::text as external_url,
    case variant when 'administrative action' then coalesce({{ instant_at('metadata.eventCreationTime') }}, {{ milliseconds_at('metadata.eventCreationTime') }}, {{ instant_at('event.UTCTimestamp') }}, {{ seconds_at('event.UTCTimestamp') }}, {{ instant_at('event.ProcessStartTime') }}, {{ seconds_at('event.ProcessStartTime') }}, {{ instant_at('timestamp') }}, {{ milliseconds_at('timestamp') }}) end as changed_at
from variants
