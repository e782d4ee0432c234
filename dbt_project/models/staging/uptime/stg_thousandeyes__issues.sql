{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('thousandeyes', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when (({{ has_value('alertId') }} or {{ has_value('ruleName') }}) and {{ has_value('event_type') }}) then 'notification'
            when (({{ has_value('alertId') }} or {{ has_value('id') }}) and ({{ has_value('startDate') }} or {{ has_value('dateStart') }} or {{ has_value('ruleName') }})) then 'alert'
        end as variant
    from records

)

select
    {{ record_columns('thousandeyes') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'notification' then coalesce(({{ text_at('ruleName') }} || ': ' || {{ text_at('testName') }}), ({{ text_at('ruleName') }} || ': ' || {{ text_at('hostname') }}), {{ text_at('ruleName') }}) when 'alert' then coalesce({{ text_at('ruleName') }}, ({{ text_at('alertType') }} || ' ' || {{ text_at('alertState') }}), ('Alert ' || {{ text_at('alertId') }})) end as title,
    case variant when 'notification' then coalesce({{ text_at('ruleExpression') }}, {{ text_at('metricsAtStart') }}) when 'alert' then {{ text_at('ruleExpression') }} end as body,
    case variant when 'notification' then {{ text_at('severity') }} when 'alert' then coalesce({{ text_at('severity') }}, {{ text_at('alertSeverity') }}) end as severity_value,
    case variant when 'notification' then case when coalesce(lower({{ text_at('event_type') }}) in ('alert_notification_clear', '2'), false) then 'clear' else 'trigger' end when 'alert' then coalesce({{ text_at('alertState') }}, {{ text_at('state') }}) end as status_value,
    case variant when 'notification' then coalesce({{ text_at('testName') }}, {{ text_at('hostname') }}, {{ text_at('agentName') }}) when 'alert' then coalesce({{ text_at('testName') }}, {{ text_at('alertRuleId') }}, {{ text_at('hostname') }}) end as service,
    case variant when 'notification' then {{ text_at('type') }} when 'alert' then coalesce({{ text_at('alertType') }}, {{ text_at('type') }}) end as error_type,
    case variant when 'notification' then {{ text_at('testTargetsDescription.0') }} end as team,
    case variant when 'notification' then {{ text_at('agentName') }} end as environment,
    case variant when 'notification' then coalesce({{ text_at('permalink') }}, {{ text_at('apiLinks.0.href') }}) when 'alert' then coalesce({{ text_at('permalink') }}, {{ text_at('links.appLink.href') }}, {{ text_at('_links.appLink.href') }}) end as external_url,
    case variant when 'notification' then {{ instant_at('dateStart') }} when 'alert' then coalesce({{ instant_at('startDate') }}, {{ instant_at('dateStart') }}) end as source_created_at,
    case variant when 'notification' then coalesce({{ instant_at('dateEnd') }}, {{ instant_at('dateStart') }}) when 'alert' then coalesce({{ instant_at('endDate') }}, {{ instant_at('dateEnd') }}) end as resolved_at,
    case variant when 'notification' then jsonb_strip_nulls(jsonb_build_object('rule', {{ value_at('ruleName') }}, 'agent', {{ value_at('agentName') }}, 'type', {{ value_at('type') }})) when 'alert' then jsonb_strip_nulls(jsonb_build_object('suppressed', {{ value_at('suppressed') }}, 'violations', {{ value_at('violationCount') }})) else '{}'::jsonb end as attributes
from variants
