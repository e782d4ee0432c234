{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('uptimerobot', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('monitorID') }} and ({{ has_value('alertType') }} or {{ has_value('alertTypeFriendlyName') }})) then 'alert'
            when ({{ has_value('id') }} and ({{ has_value('friendly_name') }} or {{ has_value('friendlyName') }}) and {{ has_value('status') }}) then 'monitor'
        end as variant
    from records

)

select
    {{ record_columns('uptimerobot') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert' then coalesce(({{ text_at('monitorFriendlyName') }} || ' is ' || {{ text_at('alertTypeFriendlyName') }}), {{ text_at('monitorFriendlyName') }}, ('Monitor ' || {{ text_at('monitorID') }})) when 'monitor' then coalesce({{ text_at('friendly_name') }}, {{ text_at('friendlyName') }}) end as title,
    case variant when 'alert' then {{ text_at('alertDetails') }} when 'monitor' then {{ text_at('logs.0.reason.detail') }} end as body,
    case variant when 'alert' then ('alert ' || {{ text_at('alertType') }}) when 'monitor' then case when coalesce(lower({{ text_at('status') }}) in ('9', 'down'), false) then 'alert 1' else 'alert 2' end end as severity_value,
    case variant when 'alert' then coalesce({{ text_at('alertTypeFriendlyName') }}, ('alert ' || {{ text_at('alertType') }})) when 'monitor' then ('monitor ' || {{ text_at('status') }}) end as status_value,
    case variant when 'alert' then coalesce({{ text_at('monitorFriendlyName') }}, {{ text_at('monitorURL') }}) when 'monitor' then coalesce({{ text_at('friendly_name') }}, {{ text_at('friendlyName') }}) end as service,
    case variant when 'alert' then {{ text_at('alertDetails') }} when 'monitor' then {{ text_at('logs.0.reason.code') }} end as error_type,
    null::text as team,
    null::text as environment,
    case variant when 'alert' then {{ text_at('monitorURL') }} when 'monitor' then {{ text_at('url') }} end as external_url,
    case variant when 'alert' then {{ seconds_at('alertDateTime') }} when 'monitor' then coalesce({{ seconds_at('logs.0.datetime') }}, {{ seconds_at('create_datetime') }}) end as source_created_at,
    case variant when 'alert' then {{ seconds_at('alertDateTime') }} when 'monitor' then {{ seconds_at('logs.0.datetime') }} end as resolved_at,
    case variant when 'alert' then jsonb_strip_nulls(jsonb_build_object('alert', {{ value_at('alertID') }}, 'duration', {{ value_at('alertDuration') }})) else '{}'::jsonb end as attributes
from variants
