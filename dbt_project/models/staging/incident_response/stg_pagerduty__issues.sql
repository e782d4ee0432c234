{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('pagerduty', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('incident.status') }} and {{ has_value('incident.id') }}) then 'webhook of version 2'
            when ({{ has_value('data.incident.status') }} and {{ has_value('data.incident.id') }}) then 'webhook of version 1'
            when ({{ has_value('status') }} and {{ has_value('alert_key') }}) then 'alert'
            when ({{ has_value('status') }} and ({{ has_value('incident_number') }} or {{ has_value('number') }})) then 'incident'
        end as variant
    from records

)

select
    {{ record_columns('pagerduty') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'webhook of version 2' then coalesce({{ text_at('incident.title') }}, {{ text_at('incident.summary') }}, {{ text_at('incident.trigger_summary_data.subject') }}, {{ text_at('incident.trigger_summary_data.description') }}) when 'webhook of version 1' then coalesce({{ text_at('data.incident.title') }}, {{ text_at('data.incident.summary') }}, {{ text_at('data.incident.trigger_summary_data.subject') }}, {{ text_at('data.incident.trigger_summary_data.description') }}) when 'alert' then {{ text_at('summary') }} when 'incident' then {{ text_at('title') }} end as title,
    case variant when 'webhook of version 2' then nullif({{ text_at('incident.description') }}, {{ text_at('incident.title') }}) when 'webhook of version 1' then nullif({{ text_at('data.incident.description') }}, {{ text_at('data.incident.title') }}) when 'alert' then nullif({{ text_at('body.details.description') }}, {{ text_at('summary') }}) when 'incident' then coalesce({{ text_at('body.details') }}, nullif({{ text_at('description') }}, {{ text_at('title') }})) end as body,
    case variant when 'webhook of version 2' then coalesce({{ text_at('incident.priority.summary') }}, {{ text_at('incident.priority.name') }}, ('urgency ' || {{ text_at('incident.urgency') }})) when 'webhook of version 1' then coalesce({{ text_at('data.incident.priority.summary') }}, {{ text_at('data.incident.priority.name') }}, ('urgency ' || {{ text_at('data.incident.urgency') }})) when 'alert' then coalesce({{ text_at('severity') }}, {{ text_at('priority.summary') }}) when 'incident' then coalesce({{ text_at('priority.summary') }}, {{ text_at('priority.name') }}, ('urgency ' || {{ text_at('urgency') }})) end as severity_value,
    case variant when 'webhook of version 2' then {{ text_at('incident.status') }} when 'webhook of version 1' then {{ text_at('data.incident.status') }} when 'alert' then {{ text_at('status') }} when 'incident' then {{ text_at('status') }} end as status_value,
    case variant when 'webhook of version 2' then coalesce({{ text_at('incident.service.summary') }}, {{ text_at('incident.service.name') }}) when 'webhook of version 1' then coalesce({{ text_at('data.incident.service.summary') }}, {{ text_at('data.incident.service.name') }}) when 'alert' then {{ text_at('service.summary') }} when 'incident' then {{ text_at('service.summary') }} end as service,
    case variant when 'alert' then {{ text_at('body.cef_details.event_class') }} end as error_type,
    case variant when 'webhook of version 2' then coalesce({{ text_at('incident.teams.0.summary') }}, {{ text_at('incident.teams.0.name') }}) when 'webhook of version 1' then coalesce({{ text_at('data.incident.teams.0.summary') }}, {{ text_at('data.incident.teams.0.name') }}) when 'incident' then {{ text_at('teams.0.summary') }} end as team,
    null::text as environment,
    case variant when 'webhook of version 2' then {{ text_at('incident.html_url') }} when 'webhook of version 1' then {{ text_at('data.incident.html_url') }} when 'alert' then {{ text_at('html_url') }} when 'incident' then {{ text_at('html_url') }} end as external_url,
    case variant when 'webhook of version 2' then coalesce({{ instant_at('incident.created_at') }}, {{ instant_at('incident.created_on') }}) when 'webhook of version 1' then coalesce({{ instant_at('data.incident.created_at') }}, {{ instant_at('data.incident.created_on') }}) when 'alert' then {{ instant_at('created_at') }} when 'incident' then {{ instant_at('created_at') }} end as source_created_at,
    case variant when 'webhook of version 2' then coalesce({{ instant_at('incident.last_status_change_at') }}, {{ instant_at('incident.last_status_change_on') }}, {{ instant_at('created_on') }}) when 'webhook of version 1' then coalesce({{ instant_at('data.incident.last_status_change_at') }}, {{ instant_at('data.incident.last_status_change_on') }}, {{ instant_at('created_on') }}) when 'alert' then coalesce({{ instant_at('resolved_at') }}, {{ instant_at('updated_at') }}) when 'incident' then coalesce({{ instant_at('resolved_at') }}, {{ instant_at('last_status_change_at') }}, {{ instant_at('occurred_at') }}) end as resolved_at,
    case variant when 'webhook of version 2' then jsonb_strip_nulls(jsonb_build_object('incident_number', {{ value_at('incident.incident_number') }}, 'incident_key', {{ value_at('incident.incident_key') }}, 'urgency', {{ value_at('incident.urgency') }}, 'escalation_policy', {{ value_at('incident.escalation_policy.summary') }})) when 'webhook of version 1' then jsonb_strip_nulls(jsonb_build_object('incident_number', {{ value_at('data.incident.incident_number') }}, 'incident_key', {{ value_at('data.incident.incident_key') }}, 'urgency', {{ value_at('data.incident.urgency') }}, 'escalation_policy', {{ value_at('data.incident.escalation_policy.summary') }})) when 'alert' then jsonb_strip_nulls(jsonb_build_object('alert_key', {{ value_at('alert_key') }}, 'incident', {{ value_at('incident.id') }})) when 'incident' then jsonb_strip_nulls(jsonb_build_object('incident_number', coalesce(nullif({{ value_at('incident_number') }}, 'null'), nullif({{ value_at('number') }}, 'null')), 'incident_key', {{ value_at('incident_key') }}, 'urgency', {{ value_at('urgency') }}, 'escalation_policy', {{ value_at('escalation_policy.summary') }})) else '{}'::jsonb end as attributes
from variants
