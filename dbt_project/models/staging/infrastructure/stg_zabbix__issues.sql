{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('zabbix', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when ({{ has_value('event_id') }} or {{ has_value('event_nseverity') }} or {{ has_value('trigger_id') }}) then 'webhook'
            when ({{ has_value('eventid') }} and {{ has_value('name') }}) then 'problem'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('zabbix') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'webhook' then coalesce({{ text_at('title') }}, {{ text_at('event_name') }}, {{ text_at('trigger_name') }}, {{ text_at('alert_subject') }}) when 'problem' then {{ text_at('name') }} end as title,
    case variant when 'webhook' then coalesce({{ text_at('description') }}, {{ text_at('alert_message') }}, {{ text_at('message') }}) when 'problem' then {{ text_at('opdata') }} end as body,
    case variant when 'webhook' then coalesce(('severity ' || {{ text_at('event_nseverity') }}), {{ text_at('event_severity') }}, {{ text_at('trigger_severity') }}, {{ text_at('severity') }}) when 'problem' then ('severity ' || {{ text_at('severity') }}) end as severity_value,
    case variant when 'webhook' then coalesce(('value ' || {{ text_at('event_value') }}), {{ text_at('event_status') }}, {{ text_at('trigger_status') }}, {{ text_at('status') }}) when 'problem' then case when coalesce(lower({{ text_at('r_eventid') }}) in ('0'), false) then case when coalesce(lower({{ text_at('acknowledged') }}) in ('1'), false) then 'acknowledged' else 'problem' end else case when {{ has_value('r_eventid') }} then 'resolved' else 'problem' end end end as status_value,
    case variant when 'webhook' then coalesce({{ text_at('host_name') }}, {{ text_at('event_host') }}, {{ text_at('host') }}, {{ tag_at('event_tags', 'service|component') }}, {{ text_at('trigger_id') }}) when 'problem' then coalesce({{ text_at('hosts.0.name') }}, {{ tag_at('tags', 'service|component') }}, {{ text_at('objectid') }}) end as service,
    case variant when 'problem' then {{ tag_at('tags', 'class') }} end as error_type,
    case variant when 'webhook' then {{ tag_at('event_tags', 'team') }} when 'problem' then {{ tag_at('tags', 'team|owner') }} end as team,
    case variant when 'webhook' then {{ tag_at('event_tags', 'env|environment') }} when 'problem' then {{ tag_at('tags', 'env|environment') }} end as environment,
    case variant when 'webhook' then coalesce(({{ text_at('zabbix_url') }} || '/tr_events.php?triggerid=' || {{ text_at('trigger_id') }} || '&eventid=' || {{ text_at('event_id') }}), {{ text_at('zabbix_url') }}) when 'problem' then (nullif(config ->> 'base_url', '') || '/tr_events.php?triggerid=' || {{ text_at('objectid') }} || '&eventid=' || {{ text_at('eventid') }}) end as external_url,
    case variant when 'problem' then {{ seconds_at('clock') }} end as source_created_at,
    case variant when 'problem' then coalesce({{ seconds_at('r_clock') }}, {{ seconds_at('clock') }}) end as resolved_at,
    case variant when 'webhook' then jsonb_strip_nulls(jsonb_build_object('trigger', {{ value_at('trigger_id') }}, 'tags', {{ value_at('event_tags') }})) when 'problem' then jsonb_strip_nulls(jsonb_build_object('tags', {{ value_at('tags') }}, 'trigger', {{ value_at('objectid') }})) else '{}'::jsonb end as attributes
from variants
