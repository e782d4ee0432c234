{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('checkmk', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('host') }} and ({{ has_value('event') }} or {{ has_value('notification_type') }})) then 'notification'
            when ({{ has_value('extensions.state') }} and {{ has_value('title') }}) then 'listed service'
        end as variant
    from records

)

select
    {{ record_columns('checkmk') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'notification' then coalesce({{ text_at('summary') }}, ({{ text_at('host') }} || ': ' || {{ text_at('event') }})) when 'listed service' then ({{ text_at('extensions.host_name') }} || ': ' || {{ text_at('extensions.description') }}) end as title,
    case variant when 'notification' then coalesce({{ text_at('long_output') }}, {{ text_at('output') }}) when 'listed service' then {{ text_at('extensions.plugin_output') }} end as body,
    case variant when 'notification' then {{ text_at('severity') }} when 'listed service' then ('state ' || {{ text_at('extensions.state') }}) end as severity_value,
    case variant when 'notification' then coalesce(case when coalesce(lower({{ text_at('notification_type') }}) in ('acknowledgement'), false) then 'acknowledged' else null::text end, {{ text_at('status') }}) when 'listed service' then case when coalesce(lower({{ text_at('extensions.acknowledged') }}) in ('1'), false) then 'acknowledged' else ('state ' || {{ text_at('extensions.state') }}) end end as status_value,
    case variant when 'notification' then coalesce({{ text_at('service') }}, {{ text_at('host') }}) when 'listed service' then coalesce({{ text_at('extensions.description') }}, {{ text_at('extensions.host_name') }}) end as service,
    case variant when 'notification' then coalesce({{ text_at('check_command') }}, {{ text_at('what') }}) when 'listed service' then {{ text_at('extensions.check_command') }} end as error_type,
    case variant when 'notification' then {{ text_at('contact_name') }} end as team,
    case variant when 'notification' then {{ text_at('site') }} end as environment,
    case variant when 'notification' then {{ text_at('url') }} end as external_url,
    case variant when 'notification' then coalesce({{ instant_at('short_date_time') }}, {{ instant_at('date') }}) when 'listed service' then {{ seconds_at('extensions.last_state_change') }} end as source_created_at,
    case variant when 'notification' then {{ instant_at('short_date_time') }} when 'listed service' then {{ seconds_at('extensions.last_state_change') }} end as resolved_at,
    case variant when 'notification' then jsonb_strip_nulls(jsonb_build_object('host', {{ value_at('host') }}, 'type', {{ value_at('notification_type') }})) when 'listed service' then jsonb_strip_nulls(jsonb_build_object('host', {{ value_at('extensions.host_name') }})) else '{}'::jsonb end as attributes
from variants
