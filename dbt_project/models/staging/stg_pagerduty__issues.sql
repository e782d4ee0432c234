{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('pagerduty') }}

),

variants as (

    select
        *,
        case
            when true then 'incident'
        end as variant
    from records

)

select
    {{ record_columns('pagerduty') }},
    case variant when 'incident' then {{ text_at('title') }} end as title,
    case variant when 'incident' then coalesce({{ text_at('body.details') }}, nullif({{ text_at('description') }}, {{ text_at('title') }})) end as body,
    case variant when 'incident' then coalesce({{ text_at('priority.summary') }}, {{ text_at('priority.name') }}, ('urgency ' || {{ text_at('urgency') }})) end as severity_value,
    case variant when 'incident' then {{ text_at('status') }} end as status_value,
    case variant when 'incident' then {{ text_at('service.summary') }} end as service,
    null::text as error_type,
    case variant when 'incident' then {{ text_at('teams.0.summary') }} end as team,
    null::text as environment,
    case variant when 'incident' then {{ text_at('html_url') }} end as external_url,
    case variant when 'incident' then {{ instant_at('created_at') }} end as source_created_at,
    case variant when 'incident' then coalesce({{ instant_at('resolved_at') }}, {{ instant_at('last_status_change_at') }}, {{ instant_at('occurred_at') }}) end as resolved_at,
    case variant when 'incident' then jsonb_strip_nulls(jsonb_build_object('incident_number', coalesce(nullif({{ value_at('incident_number') }}, 'null'), nullif({{ value_at('number') }}, 'null')), 'incident_key', {{ value_at('incident_key') }}, 'urgency', {{ value_at('urgency') }}, 'escalation_policy', {{ value_at('escalation_policy.summary') }})) else '{}'::jsonb end as attributes
from variants
