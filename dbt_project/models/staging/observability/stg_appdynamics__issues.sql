{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('appdynamics', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('incidentStatus') }} and {{ has_value('startTimeInMillis') }}) then 'health rule violation'
            when ({{ has_value('eventTime') }} and {{ has_value('summary') }} and {{ has_value('type') }}) then 'event'
            when (({{ has_value('event_type') }} or {{ has_value('eventType') }} or {{ has_value('details.event_type') }} or {{ has_value('severity') }}) and ({{ has_value('title') }} or {{ has_value('description') }} or {{ has_value('details.event_name') }} or {{ has_value('message') }} or {{ has_value('name') }})) then 'HTTP request'
        end as variant
    from records

)

select
    {{ record_columns('appdynamics') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'health rule violation' then {{ text_at('name') }} when 'event' then {{ text_at('summary') }} when 'HTTP request' then coalesce({{ text_at('title') }}, {{ text_at('name') }}, {{ text_at('description') }}, {{ text_at('details.event_name') }}, {{ text_at('displayName') }}, {{ text_at('message') }}) end as title,
    case variant when 'health rule violation' then {{ text_at('description') }} when 'HTTP request' then nullif(coalesce({{ text_at('message') }}, {{ text_at('details.summary') }}, {{ text_at('details.message') }}, {{ text_at('summaryMessage') }}, {{ text_at('description') }}), {{ text_at('title') }}) end as body,
    case variant when 'health rule violation' then {{ text_at('severity') }} when 'event' then {{ text_at('severity') }} when 'HTTP request' then coalesce({{ text_at('severity') }}, {{ text_at('details.severity') }}) end as severity_value,
    case variant when 'health rule violation' then {{ text_at('incidentStatus') }} when 'event' then {{ text_at('type') }} when 'HTTP request' then coalesce({{ text_at('status') }}, {{ text_at('event_type') }}, {{ text_at('eventType') }}, {{ text_at('details.event_type') }}) end as status_value,
    case variant when 'health rule violation' then coalesce({{ text_at('affectedEntityDefinition.name') }}, {{ text_at('triggeredEntityDefinition.name') }}) when 'event' then coalesce({{ text_at('affectedEntities.0.name') }}, {{ text_at('triggeredEntity.name') }}) when 'HTTP request' then coalesce({{ text_at('tier') }}, {{ text_at('application') }}, {{ text_at('details.tier_name') }}, {{ text_at('details.application_name') }}, {{ text_at('details.node_name') }}, {{ text_at('application.name') }}) end as service,
    case variant when 'health rule violation' then coalesce({{ text_at('name') }}, {{ text_at('affectedEntityDefinition.entityType') }}) when 'event' then coalesce({{ text_at('subType') }}, {{ text_at('type') }}) when 'HTTP request' then coalesce({{ text_at('details.event_type_key') }}, {{ text_at('details.event_type') }}, {{ text_at('healthRule') }}, {{ text_at('health_rule') }}) end as error_type,
    null::text as team,
    case variant when 'HTTP request' then {{ text_at('environment') }} end as environment,
    case variant when 'health rule violation' then {{ text_at('deepLinkUrl') }} when 'event' then {{ text_at('deepLinkUrl') }} when 'HTTP request' then coalesce({{ text_at('url') }}, {{ text_at('deepLink') }}, {{ text_at('client_url') }}) end as external_url,
    case variant when 'health rule violation' then coalesce(coalesce({{ milliseconds_at('startTimeInMillis') }}, {{ milliseconds_at('detectedTimeInMillis') }}), coalesce({{ instant_at('startTimeInMillis') }}, {{ instant_at('detectedTimeInMillis') }})) when 'event' then coalesce({{ milliseconds_at('eventTime') }}, {{ instant_at('eventTime') }}) when 'HTTP request' then coalesce(coalesce({{ milliseconds_at('time') }}, {{ milliseconds_at('details.event_time') }}, {{ milliseconds_at('eventTime') }}), coalesce({{ instant_at('time') }}, {{ instant_at('details.event_time') }}, {{ instant_at('eventTime') }})) end as source_created_at,
    case variant when 'health rule violation' then coalesce({{ milliseconds_at('endTimeInMillis') }}, {{ instant_at('endTimeInMillis') }}) when 'event' then coalesce({{ milliseconds_at('eventTime') }}, {{ instant_at('eventTime') }}) when 'HTTP request' then coalesce(coalesce({{ milliseconds_at('time') }}, {{ milliseconds_at('details.event_time') }}, {{ milliseconds_at('eventTime') }}), coalesce({{ instant_at('time') }}, {{ instant_at('details.event_time') }}, {{ instant_at('eventTime') }})) end as resolved_at,
    case variant when 'health rule violation' then jsonb_strip_nulls(jsonb_build_object('entity_type', {{ value_at('affectedEntityDefinition.entityType') }})) when 'HTTP request' then jsonb_strip_nulls(jsonb_build_object('application', coalesce(nullif({{ value_at('application') }}, 'null'), nullif({{ value_at('details.application_name') }}, 'null')), 'node', coalesce(nullif({{ value_at('node') }}, 'null'), nullif({{ value_at('details.node_name') }}, 'null')), 'guid', {{ value_at('details.guid') }})) else '{}'::jsonb end as attributes
from variants
