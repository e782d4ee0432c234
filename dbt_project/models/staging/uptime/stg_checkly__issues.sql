{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('checkly', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when (({{ has_value('alert_type') }} or {{ has_value('alertType') }}) and ({{ has_value('check_name') }} or {{ has_value('name') }} or {{ has_value('checkId') }})) then 'alert'
        end as variant
    from records

)

select
    {{ record_columns('checkly') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert' then coalesce({{ text_at('event') }}, ({{ text_at('check_name') }} || ': ' || {{ text_at('alert_type') }}), ({{ text_at('name') }} || ': ' || {{ text_at('alertType') }}), ('Check ' || {{ text_at('checkId') }} || ': ' || {{ text_at('alertType') }})) end as title,
    case variant when 'alert' then coalesce({{ text_at('check_error_message') }}, {{ text_at('error') }}) end as body,
    case variant when 'alert' then coalesce({{ text_at('alert_type') }}, {{ text_at('alertType') }}) end as severity_value,
    case variant when 'alert' then coalesce({{ text_at('alert_type') }}, {{ text_at('alertType') }}) end as status_value,
    case variant when 'alert' then coalesce({{ text_at('check_name') }}, {{ text_at('name') }}, {{ text_at('checkId') }}) end as service,
    case variant when 'alert' then coalesce({{ text_at('check_type') }}, {{ text_at('checkType') }}) end as error_type,
    case variant when 'alert' then {{ text_at('group_name') }} end as team,
    case variant when 'alert' then coalesce({{ text_at('run_location') }}, {{ text_at('runLocation') }}) end as environment,
    case variant when 'alert' then {{ text_at('link') }} end as external_url,
    case variant when 'alert' then coalesce({{ instant_at('started_at') }}, {{ instant_at('created_at') }}) end as source_created_at,
    case variant when 'alert' then coalesce({{ instant_at('started_at') }}, {{ instant_at('created_at') }}) end as resolved_at,
    case variant when 'alert' then jsonb_strip_nulls(jsonb_build_object('status_code', coalesce(nullif({{ value_at('api_check_response_status_code') }}, 'null'), nullif({{ value_at('statusCode') }}, 'null')), 'response_time', {{ value_at('response_time') }})) else '{}'::jsonb end as attributes
from variants
