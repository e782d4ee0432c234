{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('coralogix', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('alert_action') }} and ({{ has_value('name') }} or {{ has_value('alert_name') }})) then 'webhook'
            when ({{ has_value('createdAt') }} and ({{ has_value('severity') }} or {{ has_value('state') }}) and {{ has_value('name') }}) then 'incident'
        end as variant
    from records

)

select
    {{ record_columns('coralogix') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'webhook' then coalesce({{ text_at('name') }}, {{ text_at('alert_name') }}) when 'incident' then {{ text_at('name') }} end as title,
    case variant when 'webhook' then {{ text_at('description') }} when 'incident' then {{ text_at('description') }} end as body,
    case variant when 'webhook' then coalesce({{ text_at('alert_severity') }}, {{ text_at('severity') }}, {{ text_at('priority') }}, {{ tag_at('fields', 'severity|alertSeverity|priority') }}, {{ text_at('fields.severity') }}, {{ text_at('fields.alertSeverity') }}, {{ text_at('fields.priority') }}) when 'incident' then {{ text_at('severity') }} end as severity_value,
    case variant when 'webhook' then {{ text_at('alert_action') }} when 'incident' then coalesce({{ text_at('status') }}, {{ text_at('state') }}) end as status_value,
    case variant when 'webhook' then coalesce({{ tag_at('fields', 'service|application|applicationName') }}, {{ text_at('fields.service') }}, {{ text_at('fields.application') }}, {{ text_at('fields.applicationName') }}, {{ text_at('application') }}, {{ text_at('application_name') }}, {{ text_at('service') }}) when 'incident' then coalesce({{ text_at('contextualLabels.application') }}, {{ text_at('contextualLabels.applicationName') }}, {{ text_at('contextualLabels.service') }}, {{ text_at('displayLabels.service') }}, {{ tag_at('metaLabels', 'service|application') }}) end as service,
    case variant when 'webhook' then coalesce({{ text_at('alert_type') }}, {{ text_at('alert_category') }}, {{ tag_at('fields', 'alertType') }}, {{ text_at('fields.alertType') }}) end as error_type,
    case variant when 'webhook' then coalesce({{ tag_at('fields', 'team|owner') }}, {{ text_at('fields.team') }}, {{ text_at('fields.owner') }}, {{ text_at('team') }}) when 'incident' then coalesce({{ text_at('contextualLabels.team') }}, {{ tag_at('metaLabels', 'team|owner') }}) end as team,
    case variant when 'webhook' then coalesce({{ tag_at('fields', 'environment|env|subsystem|subsystemName') }}, {{ text_at('fields.environment') }}, {{ text_at('fields.env') }}, {{ text_at('fields.subsystem') }}, {{ text_at('fields.subsystemName') }}, {{ text_at('subsystem') }}, {{ text_at('subsystem_name') }}) when 'incident' then coalesce({{ text_at('contextualLabels.environment') }}, {{ text_at('contextualLabels.subsystem') }}, {{ tag_at('metaLabels', 'environment|env') }}) end as environment,
    case variant when 'webhook' then coalesce({{ text_at('alert_url') }}, {{ text_at('log_url') }}) end as external_url,
    case variant when 'webhook' then coalesce(coalesce({{ instant_at('timestamp') }}, {{ instant_at('alert_timestamp') }}, {{ instant_at('alert_timestamp_ms') }}, {{ instant_at('fields.timestamp') }}), coalesce({{ milliseconds_at('timestamp') }}, {{ milliseconds_at('alert_timestamp') }}, {{ milliseconds_at('alert_timestamp_ms') }}, {{ milliseconds_at('fields.timestamp') }})) when 'incident' then {{ instant_at('createdAt') }} end as source_created_at,
    case variant when 'webhook' then coalesce(coalesce({{ instant_at('timestamp') }}, {{ instant_at('alert_timestamp') }}, {{ instant_at('alert_timestamp_ms') }}, {{ instant_at('fields.timestamp') }}), coalesce({{ milliseconds_at('timestamp') }}, {{ milliseconds_at('alert_timestamp') }}, {{ milliseconds_at('alert_timestamp_ms') }}, {{ milliseconds_at('fields.timestamp') }})) when 'incident' then coalesce({{ instant_at('closedAt') }}, {{ instant_at('lastStateUpdateTime') }}) end as resolved_at,
    case variant when 'webhook' then jsonb_strip_nulls(jsonb_build_object('threshold', {{ value_at('threshold') }}, 'hits', {{ value_at('hit_count') }}, 'query', {{ value_at('query_text') }})) when 'incident' then jsonb_strip_nulls(jsonb_build_object('muted', {{ value_at('isMuted') }}, 'duration', {{ value_at('duration') }})) else '{}'::jsonb end as attributes
from variants
