{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('gcp_monitoring', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when ({{ has_value('incident.incident_id') }} and {{ has_value('incident.state') }}) then 'notification'
            when ({{ has_value('name') }} and {{ has_value('state') }} and {{ has_value('openTime') }}) then 'alert'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('gcp_monitoring') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'notification' then coalesce({{ text_at('incident.documentation.subject') }}, {{ text_at('incident.summary') }}, {{ text_at('incident.condition_name') }}, {{ text_at('incident.policy_name') }}) when 'alert' then coalesce({{ text_at('policy.displayName') }}, ('Alert ' || {{ text_at('name') }})) end as title,
    case variant when 'notification' then nullif(coalesce({{ text_at('incident.documentation.content') }}, {{ text_at('incident.documentation') }}, {{ text_at('incident.summary') }}), coalesce({{ text_at('incident.documentation.subject') }}, {{ text_at('incident.summary') }}, {{ text_at('incident.condition_name') }}, {{ text_at('incident.policy_name') }})) end as body,
    case variant when 'notification' then coalesce({{ text_at('incident.severity') }}, {{ text_at('incident.policy_user_labels.severity') }}, {{ text_at('incident.metadata.system_labels.severity') }}, {{ text_at('incident.metadata.user_labels.severity') }}) when 'alert' then coalesce({{ text_at('policy.severity') }}, {{ text_at('policy.userLabels.severity') }}) end as severity_value,
    case variant when 'notification' then {{ text_at('incident.state') }} when 'alert' then {{ text_at('state') }} end as status_value,
    case variant when 'notification' then coalesce({{ text_at('incident.policy_user_labels.service') }}, {{ text_at('incident.metadata.user_labels.service') }}, {{ text_at('incident.metadata.user_labels.app') }}, {{ text_at('incident.resource.labels.service_name') }}, {{ text_at('incident.resource.labels.module_id') }}, {{ text_at('incident.resource.labels.function_name') }}, {{ text_at('incident.resource.labels.database_id') }}, {{ text_at('incident.resource.labels.container_name') }}, {{ text_at('incident.resource.labels.cluster_name') }}, {{ text_at('incident.resource.labels.instance_id') }}, {{ text_at('incident.resource.labels.host') }}, {{ text_at('incident.resource.labels.topic_id') }}, {{ text_at('incident.resource.labels.subscription_id') }}, {{ text_at('incident.resource_display_name') }}, {{ text_at('incident.resource_name') }}, {{ text_at('incident.resource_id') }}) when 'alert' then coalesce({{ text_at('policy.userLabels.service') }}, {{ text_at('metadata.userLabels.service') }}, {{ text_at('metadata.userLabels.app') }}, {{ text_at('resource.labels.service_name') }}, {{ text_at('resource.labels.module_id') }}, {{ text_at('resource.labels.function_name') }}, {{ text_at('resource.labels.database_id') }}, {{ text_at('resource.labels.container_name') }}, {{ text_at('resource.labels.cluster_name') }}, {{ text_at('resource.labels.instance_id') }}, {{ text_at('resource.labels.host') }}, {{ text_at('resource.labels.topic_id') }}, {{ text_at('resource.labels.subscription_id') }}, {{ text_at('resource.type') }}) end as service,
    case variant when 'notification' then coalesce({{ text_at('incident.metric.type') }}, {{ text_at('incident.condition_name') }}, {{ text_at('incident.condition.displayName') }}) when 'alert' then coalesce({{ text_at('metric.type') }}, {{ text_at('policy.displayName') }}) end as error_type,
    case variant when 'notification' then coalesce({{ text_at('incident.policy_user_labels.team') }}, {{ text_at('incident.metadata.user_labels.team') }}) when 'alert' then coalesce({{ text_at('policy.userLabels.team') }}, {{ text_at('metadata.userLabels.team') }}) end as team,
    case variant when 'notification' then coalesce({{ text_at('incident.policy_user_labels.environment') }}, {{ text_at('incident.policy_user_labels.env') }}, {{ text_at('incident.metadata.user_labels.environment') }}, {{ text_at('incident.metadata.user_labels.env') }}, {{ text_at('incident.scoping_project_id') }}) when 'alert' then coalesce({{ text_at('policy.userLabels.environment') }}, {{ text_at('policy.userLabels.env') }}, {{ text_at('metadata.userLabels.environment') }}, {{ text_at('resource.labels.project_id') }}, nullif(substring({{ text_at('name') }} from '^projects/([^/]+)/'), '')) end as environment,
    case variant when 'notification' then {{ text_at('incident.url') }} when 'alert' then ('https://console.cloud.google.com/monitoring/alerting?project=' || nullif(config ->> 'project', '')) end as external_url,
    case variant when 'notification' then coalesce({{ seconds_at('incident.started_at') }}, {{ instant_at('incident.started_at') }}) when 'alert' then {{ instant_at('openTime') }} end as source_created_at,
    case variant when 'notification' then coalesce({{ seconds_at('incident.ended_at') }}, {{ instant_at('incident.ended_at') }}) when 'alert' then {{ instant_at('closeTime') }} end as resolved_at,
    case variant when 'notification' then jsonb_strip_nulls(jsonb_build_object('policy', {{ value_at('incident.policy_name') }}, 'condition', {{ value_at('incident.condition_name') }}, 'observed', {{ value_at('incident.observed_value') }}, 'threshold', {{ value_at('incident.threshold_value') }}, 'project', {{ value_at('incident.scoping_project_id') }})) when 'alert' then jsonb_strip_nulls(jsonb_build_object('policy', {{ value_at('policy.name') }}, 'resource', {{ value_at('resource.labels') }})) else '{}'::jsonb end as attributes
from variants
