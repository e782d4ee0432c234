with records as (

    {{ landed('pagerduty') }}

)

select
    {{ record_columns('pagerduty') }},
    {{ text_at('title') }} as title,
    coalesce({{ text_at('body.details') }}, nullif({{ text_at('description') }}, {{ text_at('title') }})) as body,
    coalesce({{ text_at('priority.summary') }}, {{ text_at('priority.name') }}, 'urgency ' || {{ text_at('urgency') }})
        as severity_value,
    {{ text_at('status') }} as status_value,
    {{ text_at('service.summary') }} as service,
    null::text as error_type,
    {{ text_at('teams.0.summary') }} as team,
    null::text as environment,
    {{ text_at('html_url') }} as external_url,
    {{ instant_at('created_at') }} as source_created_at,
    case
        when {{ text_at('status') }} = 'resolved'
            then coalesce(
                {{ instant_at('resolved_at') }}, {{ instant_at('last_status_change_at') }}, {{ instant_at('occurred_at') }}
            )
    end as resolved_at,
    {{ attributes({
        'incident_number': "coalesce(payload -> 'incident_number', payload -> 'number')",
        'incident_key': "payload -> 'incident_key'",
        'urgency': "payload -> 'urgency'",
        'escalation_policy': text_at('escalation_policy.summary'),
    }) }} as attributes
from records
