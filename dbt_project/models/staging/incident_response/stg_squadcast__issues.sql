{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('squadcast', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('incident_id') }} and {{ has_value('message') }} and {{ has_value('payload') }}) then 'event of an incident'
            when ({{ has_value('status') }} and ({{ has_value('title') }} or {{ has_value('message') }}) and ({{ has_value('created_at') }} or {{ has_value('timeOfCreation') }} or {{ has_value('time_of_creation') }})) then 'incident'
        end as variant
    from records

)

select
    {{ record_columns('squadcast') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'event of an incident' then {{ text_at('message') }} when 'incident' then coalesce({{ text_at('title') }}, {{ text_at('message') }}) end as title,
    case variant when 'event of an incident' then nullif({{ text_at('description') }}, {{ text_at('message') }}) when 'incident' then nullif({{ text_at('description') }}, {{ text_at('title') }}) end as body,
    case variant when 'event of an incident' then coalesce({{ text_at('priority') }}, {{ text_at('tags.severity.value') }}, {{ text_at('tags.Severity.value') }}, {{ text_at('tags.priority.value') }}, {{ text_at('tags.severity') }}, {{ text_at('payload.tags.severity.value') }}) when 'incident' then coalesce({{ text_at('priority') }}, {{ text_at('tags.severity.value') }}, {{ text_at('tags.Severity.value') }}, {{ text_at('tags.priority.value') }}, {{ text_at('tags.severity') }}, {{ text_at('payload.tags.severity.value') }}) end as severity_value,
    case variant when 'event of an incident' then {{ text_at('payload.status') }} when 'incident' then {{ text_at('status') }} end as status_value,
    case variant when 'event of an incident' then coalesce({{ text_at('service.name') }}, {{ text_at('service_name') }}, {{ text_at('service') }}, {{ text_at('tags.service.value') }}, {{ text_at('payload.tags.service.value') }}) when 'incident' then coalesce({{ text_at('service.name') }}, {{ text_at('service_name') }}, {{ text_at('service') }}, {{ text_at('tags.service.value') }}, {{ text_at('payload.tags.service.value') }}) end as service,
    case variant when 'event of an incident' then coalesce({{ text_at('tags.error_type.value') }}, {{ text_at('tags.error_type') }}, {{ text_at('payload.tags.error_type.value') }}) when 'incident' then coalesce({{ text_at('tags.error_type.value') }}, {{ text_at('tags.error_type') }}, {{ text_at('payload.tags.error_type.value') }}) end as error_type,
    case variant when 'event of an incident' then coalesce({{ text_at('owner.name') }}, {{ text_at('team.name') }}, {{ text_at('team') }}, {{ text_at('squad.name') }}, {{ text_at('tags.team.value') }}, {{ text_at('payload.tags.team.value') }}) when 'incident' then coalesce({{ text_at('owner.name') }}, {{ text_at('team.name') }}, {{ text_at('team') }}, {{ text_at('squad.name') }}, {{ text_at('tags.team.value') }}, {{ text_at('payload.tags.team.value') }}) end as team,
    case variant when 'event of an incident' then coalesce({{ text_at('tags.environment.value') }}, {{ text_at('tags.env.value') }}, {{ text_at('tags.environment') }}, {{ text_at('payload.tags.environment.value') }}) when 'incident' then coalesce({{ text_at('tags.environment.value') }}, {{ text_at('tags.env.value') }}, {{ text_at('tags.environment') }}, {{ text_at('payload.tags.environment.value') }}) end as environment,
    case variant when 'incident' then coalesce({{ text_at('url') }}, {{ text_at('incident_url') }}, {{ text_at('link') }}) end as external_url,
    case variant when 'event of an incident' then {{ instant_at('time_of_creation') }} when 'incident' then coalesce({{ instant_at('created_at') }}, {{ instant_at('timeOfCreation') }}, {{ instant_at('time_of_creation') }}) end as source_created_at,
    case variant when 'incident' then coalesce({{ instant_at('resolved_at') }}, {{ instant_at('updated_at') }}, {{ instant_at('logs.-1.time') }}) end as resolved_at,
    case variant when 'incident' then jsonb_strip_nulls(jsonb_build_object('number', coalesce(nullif({{ value_at('incidentNumber') }}, 'null'), nullif({{ value_at('incident_number') }}, 'null')), 'alert_source', coalesce(nullif({{ value_at('alert_source.name') }}, 'null'), nullif({{ value_at('alert_source') }}, 'null')), 'assignee', coalesce(nullif({{ value_at('assignee.name') }}, 'null'), nullif({{ value_at('assignee') }}, 'null')), 'events', {{ value_at('event_count') }})) else '{}'::jsonb end as attributes
from variants
