{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('microsoft_sentinel', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('properties.title') }} and {{ has_value('properties.createdTimeUtc') }}) then 'incident'
            when ({{ has_value('properties.systemAlertId') }} and {{ has_value('properties.alertDisplayName') }}) then 'alert'
            when ({{ has_value('title') }} and ({{ has_value('created_time_utc') }} or {{ has_value('createdTimeUtc') }})) then 'incident of the Python library'
            when ({{ has_value('IncidentName') }} and {{ has_value('Title') }}) then 'row of the table SecurityIncident'
            when ({{ has_value('SystemAlertId') }} and ({{ has_value('DisplayName') }} or {{ has_value('AlertName') }})) then 'row of the table SecurityAlert'
        end as variant
    from records

)

select
    {{ record_columns('microsoft_sentinel') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'incident' then {{ text_at('properties.title') }} when 'alert' then {{ text_at('properties.alertDisplayName') }} when 'incident of the Python library' then {{ text_at('title') }} when 'row of the table SecurityIncident' then {{ text_at('Title') }} when 'row of the table SecurityAlert' then coalesce({{ text_at('DisplayName') }}, {{ text_at('AlertName') }}) end as title,
    case variant when 'incident' then {{ text_at('properties.description') }} when 'alert' then {{ text_at('properties.description') }} when 'incident of the Python library' then {{ text_at('description') }} when 'row of the table SecurityIncident' then {{ text_at('Description') }} when 'row of the table SecurityAlert' then {{ text_at('Description') }} end as body,
    case variant when 'incident' then {{ text_at('properties.severity') }} when 'alert' then {{ text_at('properties.severity') }} when 'incident of the Python library' then {{ text_at('severity') }} when 'row of the table SecurityIncident' then {{ text_at('Severity') }} when 'row of the table SecurityAlert' then coalesce({{ text_at('AlertSeverity') }}, {{ text_at('Severity') }}) end as severity_value,
    case variant when 'incident' then {{ text_at('properties.status') }} when 'alert' then {{ text_at('properties.status') }} when 'incident of the Python library' then {{ text_at('status') }} when 'row of the table SecurityIncident' then {{ text_at('Status') }} when 'row of the table SecurityAlert' then {{ text_at('Status') }} end as status_value,
    case variant when 'incident' then coalesce({{ text_at('properties.additionalData.alertProductNames.0') }}, {{ text_at('properties.providerName') }}) when 'alert' then coalesce({{ text_at('properties.compromisedEntity') }}, {{ text_at('properties.productName') }}) when 'incident of the Python library' then coalesce({{ text_at('additional_data.alert_product_names.0') }}, {{ text_at('additionalData.alertProductNames.0') }}) when 'row of the table SecurityIncident' then coalesce({{ text_at('AdditionalData.alertProductNames.0') }}, {{ text_at('ProviderName') }}) when 'row of the table SecurityAlert' then coalesce({{ text_at('CompromisedEntity') }}, {{ text_at('ProductName') }}) end as service,
    case variant when 'incident' then coalesce({{ text_at('properties.additionalData.techniques.0') }}, {{ text_at('properties.additionalData.tactics.0') }}) when 'alert' then coalesce({{ text_at('properties.tactics.0') }}, {{ text_at('properties.alertType') }}) when 'incident of the Python library' then coalesce({{ text_at('additional_data.tactics.0') }}, {{ text_at('additionalData.tactics.0') }}) when 'row of the table SecurityIncident' then {{ text_at('AdditionalData.tactics.0') }} when 'row of the table SecurityAlert' then coalesce({{ text_at('AlertType') }}, {{ text_at('Tactics') }}) end as error_type,
    case variant when 'incident' then coalesce({{ text_at('properties.owner.assignedTo') }}, {{ text_at('properties.owner.email') }}) when 'incident of the Python library' then coalesce({{ text_at('owner.assigned_to') }}, {{ text_at('owner.assignedTo') }}, {{ text_at('owner.email') }}) when 'row of the table SecurityIncident' then coalesce({{ text_at('Owner.assignedTo') }}, {{ text_at('Owner.email') }}) end as team,
    null::text as environment,
    case variant when 'incident' then {{ text_at('properties.incidentUrl') }} when 'alert' then {{ text_at('properties.alertLink') }} when 'incident of the Python library' then coalesce({{ text_at('incident_url') }}, {{ text_at('incidentUrl') }}) when 'row of the table SecurityIncident' then {{ text_at('IncidentUrl') }} when 'row of the table SecurityAlert' then {{ text_at('AlertLink') }} end as external_url,
    case variant when 'incident' then {{ instant_at('properties.createdTimeUtc') }} when 'alert' then coalesce({{ instant_at('properties.timeGenerated') }}, {{ instant_at('properties.startTimeUtc') }}) when 'incident of the Python library' then coalesce({{ instant_at('created_time_utc') }}, {{ instant_at('createdTimeUtc') }}) when 'row of the table SecurityIncident' then coalesce({{ instant_at('CreatedTime') }}, {{ instant_at('TimeGenerated') }}) when 'row of the table SecurityAlert' then coalesce({{ instant_at('TimeGenerated') }}, {{ instant_at('StartTime') }}) end as source_created_at,
    case variant when 'incident' then {{ instant_at('properties.lastModifiedTimeUtc') }} when 'alert' then {{ instant_at('properties.endTimeUtc') }} when 'incident of the Python library' then coalesce({{ instant_at('last_modified_time_utc') }}, {{ instant_at('lastModifiedTimeUtc') }}) when 'row of the table SecurityIncident' then coalesce({{ instant_at('ClosedTime') }}, {{ instant_at('LastModifiedTime') }}) when 'row of the table SecurityAlert' then {{ instant_at('EndTime') }} end as resolved_at,
    case variant when 'incident' then jsonb_strip_nulls(jsonb_build_object('incident_number', {{ value_at('properties.incidentNumber') }}, 'classification', {{ value_at('properties.classification') }}, 'tactics', {{ value_at('properties.additionalData.tactics') }}, 'labels', {{ value_at('properties.labels') }})) when 'incident of the Python library' then jsonb_strip_nulls(jsonb_build_object('incident_number', coalesce(nullif({{ value_at('incident_number') }}, 'null'), nullif({{ value_at('incidentNumber') }}, 'null')))) when 'row of the table SecurityIncident' then jsonb_strip_nulls(jsonb_build_object('incident_number', {{ value_at('IncidentNumber') }}, 'classification', {{ value_at('Classification') }})) else '{}'::jsonb end as attributes
from variants
