{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('jumpcloud', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when {{ has_value('event_type') }} then 'event'
        end as variant
    from records

)

select
    {{ record_columns('jumpcloud') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'event' then coalesce(nullif(concat_ws(': ', {{ text_at('event_type') }}, {{ text_at('error_message') }}), ''), {{ text_at('event_type') }}) end as title,
    case variant when 'event' then coalesce({{ text_at('error_message') }}, {{ text_at('message') }}) end as body,
    case variant when 'event' then 'warning' end as severity_value,
    case variant when 'event' then 'failed' end as status_value,
    case variant when 'event' then coalesce({{ text_at('application.display_label') }}, {{ text_at('application.name') }}, {{ text_at('service') }}) end as service,
    case variant when 'event' then coalesce({{ text_at('error_code') }}, {{ text_at('event_type') }}) end as error_type,
    null::text as team,
    null::text as environment,
    null::text as external_url,
    case variant when 'event' then {{ instant_at('timestamp') }} end as source_created_at,
    null::timestamptz as resolved_at,
    case variant when 'event' then jsonb_strip_nulls(jsonb_build_object('initiated_by', coalesce(nullif({{ value_at('initiated_by.username') }}, 'null'), nullif({{ value_at('initiated_by.email') }}, 'null')), 'ip', {{ value_at('client_ip') }}, 'mfa', {{ value_at('mfa') }}, 'provider', {{ value_at('provider') }})) else '{}'::jsonb end as attributes
from variants
