{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('zenduty', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('title') }} and {{ has_value('status') }} and {{ has_value('incident_number') }}) then 'incident'
        end as variant
    from records

)

select
    {{ record_columns('zenduty') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'incident' then {{ text_at('title') }} end as title,
    case variant when 'incident' then nullif({{ text_at('summary') }}, {{ text_at('title') }}) end as body,
    case variant when 'incident' then coalesce({{ text_at('team_priority_object.name') }}, {{ text_at('priority_name') }}, ('urgency ' || {{ text_at('urgency') }})) end as severity_value,
    case variant when 'incident' then {{ text_at('status') }} end as status_value,
    case variant when 'incident' then coalesce({{ text_at('service_object.name') }}, {{ text_at('service.name') }}, {{ text_at('service_name') }}) end as service,
    case variant when 'incident' then {{ tag_at('tags', 'error_type|error') }} end as error_type,
    case variant when 'incident' then coalesce({{ text_at('team_object.name') }}, {{ text_at('service_object.team_name') }}, {{ text_at('team_name') }}, {{ text_at('escalation_policy_object.name') }}) end as team,
    case variant when 'incident' then {{ tag_at('tags', 'env|environment') }} end as environment,
    case variant when 'incident' then coalesce({{ text_at('incident_url') }}, {{ text_at('html_url') }}, {{ text_at('url') }}) end as external_url,
    case variant when 'incident' then {{ instant_at('creation_date') }} end as source_created_at,
    case variant when 'incident' then coalesce({{ instant_at('resolved_date') }}, {{ instant_at('context_window_end') }}) end as resolved_at,
    case variant when 'incident' then jsonb_strip_nulls(jsonb_build_object('id', {{ value_at('unique_id') }}, 'incident_key', {{ value_at('incident_key') }}, 'escalation_policy', {{ value_at('escalation_policy_object.name') }}, 'assigned_to', {{ value_at('assigned_to_name') }})) else '{}'::jsonb end as attributes
from variants
