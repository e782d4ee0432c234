{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('onelogin', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('event_type_id') }} or {{ has_value('event_type_name') }}) then 'event'
        end as variant
    from records

)

select
    {{ record_columns('onelogin') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'event' then coalesce({{ text_at('event_type_name') }}, {{ text_at('error_description') }}, case when coalesce(lower({{ text_at('event_type_id') }}) in ('6'), false) then 'Sign-in to OneLogin failed' else null::text end, case when coalesce(lower({{ text_at('event_type_id') }}) in ('90'), false) then 'Unauthorized access' else null::text end, ('OneLogin event ' || {{ text_at('event_type_id') }})) end as title,
    case variant when 'event' then nullif(concat_ws(' ', {{ text_at('error_description') }}, {{ text_at('notes') }}, {{ text_at('custom_message') }}), '') end as body,
    case variant when 'event' then coalesce(case when case when {{ text_at('risk_score') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('risk_score') }})::numeric end >= 75 then 'critical' when case when {{ text_at('risk_score') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('risk_score') }})::numeric end >= 50 then 'high' when case when {{ text_at('risk_score') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('risk_score') }})::numeric end >= 0 then 'medium' end, 'warning') end as severity_value,
    case variant when 'event' then 'failed' end as status_value,
    case variant when 'event' then coalesce({{ text_at('app_name') }}, {{ text_at('directory_name') }}) end as service,
    case variant when 'event' then coalesce({{ text_at('event_type_name') }}, {{ text_at('event_type_id') }}) end as error_type,
    null::text as team,
    null::text as environment,
    null::text as external_url,
    case variant when 'event' then coalesce({{ instant_at('created_at') }}, {{ instant_at('event_timestamp') }}) end as source_created_at,
    null::timestamptz as resolved_at,
    case variant when 'event' then jsonb_strip_nulls(jsonb_build_object('user_name', {{ value_at('user_name') }}, 'ip', {{ value_at('ipaddr') }}, 'risk_score', {{ value_at('risk_score') }})) else '{}'::jsonb end as attributes
from variants
