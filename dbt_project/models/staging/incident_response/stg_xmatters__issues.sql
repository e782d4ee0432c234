{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('xmatters', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when (kind in ('incident') and (({{ has_value('summary') }} or {{ has_value('name') }}) and {{ has_value('incidentIdentifier') }})) then 'incident'
            when ({{ has_value('eventId') }} and {{ has_value('status') }} and ({{ has_value('created') }} or {{ has_value('name') }})) then 'event'
            when ({{ has_value('eventIdentifier') }} and {{ has_value('status') }} and not {{ has_value('incidentIdentifier') }}) then 'status webhook'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('xmatters') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'incident' then coalesce({{ text_at('summary') }}, {{ text_at('name') }}) when 'event' then coalesce({{ text_at('name') }}, {{ text_at('properties.summary') }}, {{ text_at('properties.subject') }}, ({{ text_at('form.name') }} || ' ' || {{ text_at('eventId') }})) when 'status webhook' then coalesce({{ text_at('eventProperties.summary') }}, {{ text_at('eventProperties.subject') }}, {{ text_at('eventName') }}, ({{ text_at('planName') }} || ' ' || {{ text_at('eventIdentifier') }}), ('Event ' || {{ text_at('eventIdentifier') }})) end as title,
    case variant when 'incident' then {{ text_at('description') }} when 'event' then coalesce({{ text_at('properties.description') }}, {{ text_at('properties.details') }}, {{ text_at('expirationMessage') }}) when 'status webhook' then coalesce({{ text_at('eventProperties.description') }}, {{ text_at('annotation') }}) end as body,
    case variant when 'incident' then coalesce({{ text_at('severity.name') }}, {{ text_at('severity') }}) when 'event' then {{ text_at('priority') }} when 'status webhook' then {{ text_at('priority') }} end as severity_value,
    case variant when 'incident' then coalesce({{ text_at('status.name') }}, {{ text_at('status') }}) when 'event' then {{ text_at('status') }} when 'status webhook' then {{ text_at('status') }} end as status_value,
    case variant when 'incident' then coalesce({{ text_at('impactedServices.data.0.name') }}, {{ text_at('impactedServices.0.name') }}, {{ text_at('services.data.0.targetName') }}) when 'event' then coalesce({{ text_at('properties.service') }}, {{ text_at('properties.Service') }}, {{ text_at('eventProperties.service') }}, {{ text_at('eventProperties.Service') }}, {{ text_at('plan.name') }}, {{ text_at('form.name') }}) when 'status webhook' then coalesce({{ text_at('properties.service') }}, {{ text_at('properties.Service') }}, {{ text_at('eventProperties.service') }}, {{ text_at('eventProperties.Service') }}, {{ text_at('planName') }}) end as service,
    case variant when 'event' then {{ text_at('form.name') }} end as error_type,
    case variant when 'incident' then coalesce({{ text_at('resolverGroup.targetName') }}, {{ text_at('commander.targetName') }}) when 'event' then coalesce({{ text_at('properties.team') }}, {{ text_at('recipients.data.0.targetName') }}, {{ text_at('targetedRecipients.data.0.targetName') }}) when 'status webhook' then {{ text_at('eventProperties.team') }} end as team,
    case variant when 'event' then coalesce({{ text_at('properties.environment') }}, {{ text_at('properties.Environment') }}, {{ text_at('eventProperties.environment') }}, {{ text_at('eventProperties.Environment') }}) when 'status webhook' then coalesce({{ text_at('properties.environment') }}, {{ text_at('properties.Environment') }}, {{ text_at('eventProperties.environment') }}, {{ text_at('eventProperties.Environment') }}) end as environment,
    case variant when 'incident' then coalesce({{ text_at('links.web') }}, ('https://' || nullif(config ->> 'company', '') || '.xmatters.com' || {{ text_at('links.self') }})) when 'event' then coalesce({{ text_at('links.web') }}, ('https://' || nullif(config ->> 'company', '') || '.xmatters.com' || {{ text_at('links.self') }})) end as external_url,
    case variant when 'incident' then coalesce({{ instant_at('createdAt') }}, {{ instant_at('created') }}, {{ instant_at('reportedAt') }}) when 'event' then {{ instant_at('created') }} when 'status webhook' then {{ instant_at('date') }} end as source_created_at,
    case variant when 'incident' then coalesce({{ instant_at('resolvedAt') }}, {{ instant_at('updatedAt') }}) when 'event' then coalesce({{ instant_at('terminated') }}, {{ instant_at('updated') }}) when 'status webhook' then {{ instant_at('date') }} end as resolved_at,
    case variant when 'incident' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('incidentIdentifier') }}, 'type', {{ value_at('type') }})) when 'event' then jsonb_strip_nulls(jsonb_build_object('id', {{ value_at('id') }}, 'incident', {{ value_at('incident') }}, 'event_type', {{ value_at('eventType') }}, 'plan', {{ value_at('plan.name') }})) else '{}'::jsonb end as attributes
from variants
