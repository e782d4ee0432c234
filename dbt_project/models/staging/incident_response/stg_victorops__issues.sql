{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('victorops', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('incidentNumber') }} and {{ has_value('currentPhase') }}) then 'incident'
            when ({{ has_value('incident_number') }} and {{ has_value('message_type') }}) then 'alert fields'
        end as variant
    from records

)

select
    {{ record_columns('victorops') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'incident' then coalesce({{ text_at('entityDisplayName') }}, {{ text_at('entityId') }}) when 'alert fields' then coalesce({{ text_at('entity_display_name') }}, {{ text_at('entity_id') }}) end as title,
    case variant when 'incident' then coalesce({{ text_at('stateMessage') }}, {{ text_at('transitions.0.message') }}) when 'alert fields' then {{ text_at('state_message') }} end as body,
    case variant when 'incident' then case when coalesce(lower({{ text_at('entityState') }}) in ('critical', 'warning', 'info'), false) then {{ text_at('entityState') }} else null::text end when 'alert fields' then case when coalesce(lower({{ text_at('message_type') }}) in ('critical', 'warning', 'info'), false) then {{ text_at('message_type') }} else null::text end end as severity_value,
    case variant when 'incident' then {{ text_at('currentPhase') }} when 'alert fields' then coalesce({{ text_at('current_phase') }}, {{ text_at('message_type') }}) end as status_value,
    case variant when 'incident' then coalesce({{ text_at('service') }}, {{ text_at('host') }}) when 'alert fields' then coalesce({{ text_at('service') }}, {{ text_at('host_name') }}) end as service,
    null::text as error_type,
    case variant when 'incident' then coalesce({{ text_at('pagedPolicies.0.team.name') }}, {{ text_at('pagedTeams.0') }}) when 'alert fields' then coalesce({{ text_at('paged_team') }}, {{ text_at('routing_key') }}) end as team,
    null::text as environment,
    case variant when 'incident' then coalesce({{ text_at('incidentLink') }}, {{ text_at('transitions.-1.alertUrl') }}) when 'alert fields' then coalesce({{ text_at('incident_link') }}, {{ text_at('alert_url') }}) end as external_url,
    case variant when 'incident' then {{ instant_at('startTime') }} when 'alert fields' then coalesce({{ seconds_at('state_start_time') }}, {{ instant_at('state_start_time') }}, {{ seconds_at('timestamp') }}) end as source_created_at,
    case variant when 'incident' then coalesce({{ instant_at('resolvedTime') }}, {{ instant_at('transitions.-1.at') }}, {{ instant_at('lastAlertTime') }}) when 'alert fields' then {{ seconds_at('timestamp') }} end as resolved_at,
    case variant when 'incident' then jsonb_strip_nulls(jsonb_build_object('entity', {{ value_at('entityId') }}, 'routing_key', {{ value_at('routingKey') }}, 'host', {{ value_at('host') }}, 'alerts', {{ value_at('alertCount') }})) when 'alert fields' then jsonb_strip_nulls(jsonb_build_object('entity', {{ value_at('entity_id') }}, 'monitoring_tool', {{ value_at('monitoring_tool') }})) else '{}'::jsonb end as attributes
from variants
