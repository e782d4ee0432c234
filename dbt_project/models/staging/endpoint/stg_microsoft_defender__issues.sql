{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('microsoft_defender', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('properties.AlertId') }} and {{ has_value('properties.Title') }}) then 'alert of the streaming API'
            when ({{ has_value('incidentWebUrl') }} or ({{ has_value('displayName') }} and {{ has_value('createdDateTime') }} and {{ has_value('severity') }})) then 'incident'
            when ({{ has_value('incidentId') }} and {{ has_value('incidentName') }}) then 'incident of the Microsoft 365 Defender API'
            when ({{ has_value('title') }} and ({{ has_value('alertCreationTime') }} or {{ has_value('creationTime') }})) then 'alert of the Defender for Endpoint API'
            when ({{ has_value('title') }} and {{ has_value('vendorInformation') }}) then 'alert of the former Graph API'
            when ({{ has_value('title') }} and {{ has_value('createdDateTime') }}) then 'alert'
            when ({{ has_value('AlertId') }} and {{ has_value('Title') }}) then 'row of the table AlertInfo'
        end as variant
    from records

)

select
    {{ record_columns('microsoft_defender') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert of the streaming API' then {{ text_at('properties.Title') }} when 'incident' then coalesce({{ text_at('displayName') }}, {{ text_at('summary') }}) when 'incident of the Microsoft 365 Defender API' then {{ text_at('incidentName') }} when 'alert of the Defender for Endpoint API' then {{ text_at('title') }} when 'alert of the former Graph API' then {{ text_at('title') }} when 'alert' then {{ text_at('title') }} when 'row of the table AlertInfo' then {{ text_at('Title') }} end as title,
    case variant when 'incident' then coalesce({{ text_at('description') }}, {{ text_at('summary') }}) when 'alert of the Defender for Endpoint API' then {{ text_at('description') }} when 'alert of the former Graph API' then {{ text_at('description') }} when 'alert' then {{ text_at('description') }} end as body,
    case variant when 'alert of the streaming API' then {{ text_at('properties.Severity') }} when 'incident' then {{ text_at('severity') }} when 'incident of the Microsoft 365 Defender API' then {{ text_at('severity') }} when 'alert of the Defender for Endpoint API' then {{ text_at('severity') }} when 'alert of the former Graph API' then {{ text_at('severity') }} when 'alert' then {{ text_at('severity') }} when 'row of the table AlertInfo' then {{ text_at('Severity') }} end as severity_value,
    case variant when 'alert of the streaming API' then {{ text_at('properties.Status') }} when 'incident' then {{ text_at('status') }} when 'incident of the Microsoft 365 Defender API' then {{ text_at('status') }} when 'alert of the Defender for Endpoint API' then {{ text_at('status') }} when 'alert of the former Graph API' then {{ text_at('status') }} when 'alert' then {{ text_at('status') }} end as status_value,
    case variant when 'alert of the streaming API' then coalesce({{ text_at('properties.ServiceSource') }}, {{ text_at('properties.DetectionSource') }}) when 'incident' then coalesce({{ text_at('alerts.0.serviceSource') }}, {{ text_at('alerts.0.productName') }}) when 'incident of the Microsoft 365 Defender API' then coalesce({{ text_at('alerts.0.serviceSource') }}, {{ text_at('alerts.0.devices.0.deviceDnsName') }}) when 'alert of the Defender for Endpoint API' then coalesce({{ text_at('computerDnsName') }}, {{ text_at('serviceSource') }}, {{ text_at('detectionSource') }}) when 'alert of the former Graph API' then coalesce({{ text_at('hostStates.0.fqdn') }}, {{ text_at('vendorInformation.provider') }}) when 'alert' then coalesce({{ text_at('evidence.0.deviceDnsName') }}, {{ text_at('evidence.1.deviceDnsName') }}, {{ text_at('evidence.2.deviceDnsName') }}, {{ text_at('evidence.0.hostName') }}, {{ text_at('evidence.1.hostName') }}, {{ text_at('serviceSource') }}, {{ text_at('productName') }}) when 'row of the table AlertInfo' then coalesce({{ text_at('ServiceSource') }}, {{ text_at('DetectionSource') }}) end as service,
    case variant when 'alert of the streaming API' then {{ text_at('properties.Category') }} when 'incident' then coalesce({{ text_at('alerts.0.category') }}, {{ text_at('determination') }}) when 'incident of the Microsoft 365 Defender API' then {{ text_at('alerts.0.category') }} when 'alert of the Defender for Endpoint API' then coalesce({{ text_at('threatName') }}, {{ text_at('category') }}) when 'alert of the former Graph API' then {{ text_at('category') }} when 'alert' then coalesce({{ text_at('threatDisplayName') }}, {{ text_at('category') }}) when 'row of the table AlertInfo' then {{ text_at('Category') }} end as error_type,
    null::text as team,
    null::text as environment,
    case variant when 'incident' then {{ text_at('incidentWebUrl') }} when 'incident of the Microsoft 365 Defender API' then coalesce({{ text_at('incidentUri') }}, {{ text_at('incidentUrl') }}) when 'alert of the former Graph API' then {{ text_at('sourceMaterials.0') }} when 'alert' then {{ text_at('alertWebUrl') }} end as external_url,
    case variant when 'alert of the streaming API' then coalesce({{ instant_at('properties.Timestamp') }}, {{ instant_at('time') }}) when 'incident' then {{ instant_at('createdDateTime') }} when 'incident of the Microsoft 365 Defender API' then {{ instant_at('createdTime') }} when 'alert of the Defender for Endpoint API' then coalesce({{ instant_at('alertCreationTime') }}, {{ instant_at('creationTime') }}, {{ instant_at('firstEventTime') }}) when 'alert of the former Graph API' then coalesce({{ instant_at('createdDateTime') }}, {{ instant_at('eventDateTime') }}) when 'alert' then coalesce({{ instant_at('createdDateTime') }}, {{ instant_at('firstActivityDateTime') }}) when 'row of the table AlertInfo' then coalesce({{ instant_at('Timestamp') }}, {{ milliseconds_at('Timestamp') }}) end as source_created_at,
    case variant when 'incident' then {{ instant_at('lastUpdateDateTime') }} when 'incident of the Microsoft 365 Defender API' then {{ instant_at('lastUpdateTime') }} when 'alert of the Defender for Endpoint API' then coalesce({{ instant_at('resolvedTime') }}, {{ instant_at('lastUpdateTime') }}, {{ instant_at('lastUpdatedTime') }}) when 'alert of the former Graph API' then coalesce({{ instant_at('closedDateTime') }}, {{ instant_at('lastModifiedDateTime') }}) when 'alert' then coalesce({{ instant_at('resolvedDateTime') }}, {{ instant_at('lastUpdateDateTime') }}) end as resolved_at,
    case variant when 'alert of the streaming API' then jsonb_strip_nulls(jsonb_build_object('techniques', {{ value_at('properties.AttackTechniques') }}, 'host', {{ value_at('properties.DeviceName') }})) when 'incident' then jsonb_strip_nulls(jsonb_build_object('assigned_to', {{ value_at('assignedTo') }}, 'classification', {{ value_at('classification') }}, 'tags', {{ value_at('customTags') }})) when 'incident of the Microsoft 365 Defender API' then jsonb_strip_nulls(jsonb_build_object('assigned_to', {{ value_at('assignedTo') }}, 'classification', {{ value_at('classification') }}, 'tags', {{ value_at('tags') }})) when 'alert of the Defender for Endpoint API' then jsonb_strip_nulls(jsonb_build_object('assigned_to', {{ value_at('assignedTo') }}, 'techniques', {{ value_at('mitreTechniques') }})) when 'alert of the former Graph API' then jsonb_strip_nulls(jsonb_build_object('assigned_to', {{ value_at('assignedTo') }})) when 'alert' then jsonb_strip_nulls(jsonb_build_object('assigned_to', {{ value_at('assignedTo') }}, 'techniques', {{ value_at('mitreTechniques') }}, 'actor', {{ value_at('actorDisplayName') }}, 'incident', {{ value_at('incidentId') }})) else '{}'::jsonb end as attributes
from variants
