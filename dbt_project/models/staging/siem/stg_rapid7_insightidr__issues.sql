{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('rapid7_insightidr', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('title') }} and ({{ has_value('alert_rrn') }} or {{ has_value('alerted_at') }} or {{ has_value('rule.rrn') }})) then 'alert'
            when ({{ has_value('title') }} and {{ has_value('status') }} and ({{ has_value('created_time') }} or {{ has_value('disposition') }})) then 'investigation'
        end as variant
    from records

)

select
    {{ record_columns('rapid7_insightidr') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert' then {{ text_at('title') }} when 'investigation' then {{ text_at('title') }} end as title,
    case variant when 'alert' then coalesce({{ text_at('rule.name') }}, {{ text_at('external_source') }}) when 'investigation' then {{ text_at('alerts.0.type_description') }} end as body,
    case variant when 'alert' then coalesce({{ text_at('priority') }}, {{ text_at('severity') }}) when 'investigation' then {{ text_at('priority') }} end as severity_value,
    case variant when 'alert' then {{ text_at('status') }} when 'investigation' then {{ text_at('status') }} end as status_value,
    case variant when 'alert' then coalesce({{ text_at('external_source') }}, {{ text_at('type') }}) when 'investigation' then {{ text_at('source') }} end as service,
    case variant when 'alert' then coalesce({{ text_at('rule.name') }}, {{ text_at('alert_type') }}, {{ text_at('type') }}) when 'investigation' then coalesce({{ text_at('alerts.0.type') }}, {{ text_at('source') }}) end as error_type,
    case variant when 'alert' then coalesce({{ text_at('assignee.email') }}, {{ text_at('assignee.name') }}) when 'investigation' then coalesce({{ text_at('assignee.email') }}, {{ text_at('assignee.name') }}) end as team,
    null::text as environment,
    null::text as external_url,
    case variant when 'alert' then coalesce({{ instant_at('created_at') }}, {{ instant_at('alerted_at') }}) when 'investigation' then coalesce({{ instant_at('created_time') }}, {{ instant_at('first_alert_time') }}) end as source_created_at,
    case variant when 'alert' then coalesce({{ instant_at('closed_at') }}, {{ instant_at('updated_at') }}) when 'investigation' then coalesce({{ instant_at('last_accessed') }}, {{ instant_at('latest_alert_time') }}) end as resolved_at,
    case variant when 'alert' then jsonb_strip_nulls(jsonb_build_object('disposition', {{ value_at('disposition') }})) when 'investigation' then jsonb_strip_nulls(jsonb_build_object('disposition', {{ value_at('disposition') }}, 'responsibility', {{ value_at('responsibility') }}, 'tags', {{ value_at('tags') }})) else '{}'::jsonb end as attributes
from variants
