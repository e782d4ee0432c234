{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('duo', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('result') }} and ({{ has_value('reason') }} or {{ has_value('factor') }} or {{ has_value('event_type') }})) then 'sign-in'
            when {{ has_value('sekey') }} then 'Trust Monitor event'
        end as variant
    from records

)

select
    {{ record_columns('duo') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'sign-in' then nullif(concat_ws(' ', 'Duo sign-in', nullif(concat_ws(': ', {{ text_at('result') }}, {{ text_at('reason') }}), '')), '') when 'Trust Monitor event' then coalesce({{ text_at('explanations.0.summary') }}, {{ text_at('type') }}) end as title,
    case variant when 'sign-in' then {{ text_at('reason') }} when 'Trust Monitor event' then nullif(concat_ws(' ', {{ text_at('explanations.0.summary') }}, {{ text_at('explanations.1.summary') }}, {{ text_at('explanations.2.summary') }}), '') end as body,
    case variant when 'sign-in' then {{ text_at('result') }} when 'Trust Monitor event' then case when coalesce(lower({{ text_at('priority_event') }}) in ('true'), false) then 'high' else 'medium' end end as severity_value,
    case variant when 'sign-in' then {{ text_at('result') }} when 'Trust Monitor event' then {{ text_at('state') }} end as status_value,
    case variant when 'sign-in' then coalesce({{ text_at('application.name') }}, {{ text_at('integration') }}) when 'Trust Monitor event' then coalesce({{ text_at('surfaced_auth.application.name') }}, {{ text_at('type') }}) end as service,
    case variant when 'sign-in' then {{ text_at('reason') }} when 'Trust Monitor event' then coalesce({{ text_at('explanations.0.type') }}, {{ text_at('type') }}) end as error_type,
    null::text as team,
    null::text as environment,
    case variant when 'Trust Monitor event' then {{ text_at('triage_event_uri') }} end as external_url,
    case variant when 'sign-in' then coalesce({{ instant_at('isotimestamp') }}, {{ seconds_at('timestamp') }}, {{ instant_at('timestamp') }}, {{ seconds_at('ts') }}, {{ instant_at('ts') }}) when 'Trust Monitor event' then {{ milliseconds_at('surfaced_timestamp') }} end as source_created_at,
    null::timestamptz as resolved_at,
    case variant when 'sign-in' then jsonb_strip_nulls(jsonb_build_object('user_name', coalesce(nullif({{ value_at('user.name') }}, 'null'), nullif({{ value_at('username') }}, 'null')), 'factor', {{ value_at('factor') }}, 'ip', coalesce(nullif({{ value_at('access_device.ip') }}, 'null'), nullif({{ value_at('ip') }}, 'null')))) when 'Trust Monitor event' then jsonb_strip_nulls(jsonb_build_object('user_name', {{ value_at('surfaced_auth.user.name') }})) else '{}'::jsonb end as attributes
from variants
