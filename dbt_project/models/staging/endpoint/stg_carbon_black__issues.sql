{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('carbon_black', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('id') }} and {{ has_value('severity') }} and ({{ has_value('reason') }} or {{ has_value('reason_code') }} or {{ has_value('workflow') }})) then 'alert'
            when ({{ has_value('ruleName') }} and ({{ has_value('threatInfo') }} or {{ has_value('policyAction') }} or {{ has_value('threatHunterInfo') }})) then 'notification'
        end as variant
    from records

)

select
    {{ record_columns('carbon_black') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert' then coalesce({{ text_at('reason') }}, {{ text_at('watchlists.0.name') }}, {{ text_at('report_name') }}, {{ text_at('reason_code') }}, {{ text_at('type') }}) when 'notification' then coalesce({{ text_at('threatInfo.summary') }}, {{ text_at('threatHunterInfo.reportName') }}, {{ text_at('policyAction.reputation') }}, {{ text_at('ruleName') }}) end as title,
    case variant when 'alert' then coalesce({{ text_at('report_description') }}, {{ text_at('process_cmdline') }}, {{ text_at('threat_cause_actor_name') }}) when 'notification' then {{ text_at('eventDescription') }} end as body,
    case variant when 'alert' then case when case when {{ text_at('severity') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('severity') }})::numeric end >= 8 then 'critical' when case when {{ text_at('severity') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('severity') }})::numeric end >= 6 then 'high' when case when {{ text_at('severity') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('severity') }})::numeric end >= 4 then 'medium' when case when {{ text_at('severity') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('severity') }})::numeric end >= 0 then 'low' end when 'notification' then case when case when coalesce({{ text_at('threatInfo.score') }}, {{ text_at('threatHunterInfo.score') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('threatInfo.score') }}, {{ text_at('threatHunterInfo.score') }}))::numeric end >= 8 then 'critical' when case when coalesce({{ text_at('threatInfo.score') }}, {{ text_at('threatHunterInfo.score') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('threatInfo.score') }}, {{ text_at('threatHunterInfo.score') }}))::numeric end >= 6 then 'high' when case when coalesce({{ text_at('threatInfo.score') }}, {{ text_at('threatHunterInfo.score') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('threatInfo.score') }}, {{ text_at('threatHunterInfo.score') }}))::numeric end >= 4 then 'medium' when case when coalesce({{ text_at('threatInfo.score') }}, {{ text_at('threatHunterInfo.score') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('threatInfo.score') }}, {{ text_at('threatHunterInfo.score') }}))::numeric end >= 0 then 'low' end end as severity_value,
    case variant when 'alert' then coalesce({{ text_at('workflow.status') }}, {{ text_at('workflow.state') }}) end as status_value,
    case variant when 'alert' then coalesce({{ text_at('device_name') }}, {{ text_at('k8s_workload_name') }}) when 'notification' then {{ text_at('deviceInfo.deviceName') }} end as service,
    case variant when 'alert' then coalesce({{ text_at('attack_technique') }}, {{ text_at('attack_tactic') }}, {{ text_at('threat_cause_vector') }}, {{ text_at('reason_code') }}, {{ text_at('type') }}) when 'notification' then coalesce({{ text_at('threatInfo.threatCause.reason') }}, {{ text_at('type') }}) end as error_type,
    case variant when 'alert' then {{ text_at('device_policy') }} when 'notification' then {{ text_at('deviceInfo.groupName') }} end as team,
    null::text as environment,
    case variant when 'alert' then {{ text_at('alert_url') }} when 'notification' then {{ text_at('url') }} end as external_url,
    case variant when 'alert' then coalesce({{ instant_at('detection_timestamp') }}, {{ instant_at('backend_timestamp') }}, {{ instant_at('create_time') }}, {{ instant_at('first_event_timestamp') }}) when 'notification' then {{ milliseconds_at('eventTime') }} end as source_created_at,
    case variant when 'alert' then coalesce({{ instant_at('workflow.change_timestamp') }}, {{ instant_at('workflow.last_update_time') }}, {{ instant_at('backend_update_timestamp') }}) end as resolved_at,
    case variant when 'alert' then jsonb_strip_nulls(jsonb_build_object('type', {{ value_at('type') }}, 'determination', {{ value_at('determination.value') }}, 'process', {{ value_at('process_name') }}, 'threat', {{ value_at('threat_id') }}, 'techniques', {{ value_at('ttps') }})) else '{}'::jsonb end as attributes
from variants
