{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('sentinelone', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when {{ has_value('threatInfo.threatName') }} then 'threat'
            when ({{ has_value('alertInfo.alertId') }} and {{ has_value('ruleInfo.name') }}) then 'alert of a custom rule'
            when ({{ has_value('detectedAt') }} and {{ has_value('detectionSource') }} and {{ has_value('name') }}) then 'unified alert'
            when ({{ has_value('fileDisplayName') }} and {{ has_value('createdAt') }}) then 'threat of API version 2.0'
            when (kind in ('activity') and ({{ has_value('primaryDescription') }} or {{ has_value('primarydescription') }}) and ({{ has_value('threatId') }} or {{ has_value('threatid') }} or {{ has_value('data.alertId') }} or {{ has_value('data.alertid') }})) then 'activity'
        end as variant
    from records

)

select
    {{ record_columns('sentinelone') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'threat' then {{ text_at('threatInfo.threatName') }} when 'alert of a custom rule' then {{ text_at('ruleInfo.name') }} when 'unified alert' then {{ text_at('name') }} when 'threat of API version 2.0' then coalesce({{ text_at('threatName') }}, {{ text_at('fileDisplayName') }}) when 'activity' then coalesce({{ text_at('primaryDescription') }}, {{ text_at('primarydescription') }}) end as title,
    case variant when 'threat' then coalesce({{ text_at('threatInfo.filePath') }}, {{ text_at('threatInfo.classification') }}) when 'alert of a custom rule' then {{ text_at('ruleInfo.description') }} when 'unified alert' then {{ text_at('description') }} when 'threat of API version 2.0' then coalesce({{ text_at('filePath') }}, {{ text_at('description') }}) when 'activity' then coalesce({{ text_at('secondaryDescription') }}, {{ text_at('secondarydescription') }}) end as body,
    case variant when 'threat' then {{ text_at('threatInfo.confidenceLevel') }} when 'alert of a custom rule' then {{ text_at('ruleInfo.severity') }} when 'unified alert' then {{ text_at('severity') }} when 'threat of API version 2.0' then coalesce({{ text_at('confidenceLevel') }}, {{ text_at('rank') }}) when 'activity' then coalesce(nullif(substring({{ text_at('data.severity') }} from '^(?:E_)?(.+)$'), ''), {{ text_at('data.confidenceLevel') }}, {{ text_at('data.confidencelevel') }}, nullif(substring(coalesce({{ text_at('primaryDescription') }}, {{ text_at('primarydescription') }}) from '\y(malicious|suspicious)\y'), '')) end as severity_value,
    case variant when 'threat' then {{ text_at('threatInfo.incidentStatus') }} when 'alert of a custom rule' then {{ text_at('alertInfo.incidentStatus') }} when 'unified alert' then {{ text_at('status') }} when 'threat of API version 2.0' then coalesce({{ text_at('incidentStatus') }}, {{ text_at('mitigationStatus') }}) when 'activity' then coalesce({{ text_at('data.newIncidentStatus') }}, {{ text_at('data.newincidentstatus') }}, 'unresolved') end as status_value,
    case variant when 'threat' then coalesce({{ text_at('agentRealtimeInfo.agentComputerName') }}, {{ text_at('agentDetectionInfo.agentComputerName') }}) when 'alert of a custom rule' then coalesce({{ text_at('agentDetectionInfo.name') }}, {{ text_at('agentRealtimeInfo.name') }}) when 'unified alert' then coalesce({{ text_at('assets.0.name') }}, {{ text_at('asset.name') }}) when 'threat of API version 2.0' then {{ text_at('agentComputerName') }} when 'activity' then coalesce({{ text_at('data.computerName') }}, {{ text_at('data.computername') }}, {{ text_at('agentComputerName') }}, {{ text_at('data.agentipv4') }}) end as service,
    case variant when 'threat' then coalesce({{ text_at('threatInfo.classification') }}, {{ text_at('threatInfo.engines.0') }}) when 'alert of a custom rule' then coalesce({{ text_at('ruleInfo.treatAsThreat') }}, {{ text_at('alertInfo.eventType') }}) when 'unified alert' then coalesce({{ text_at('classification') }}, {{ text_at('detectionSource.engine') }}) when 'threat of API version 2.0' then {{ text_at('classification') }} when 'activity' then coalesce({{ text_at('data.threatClassification') }}, {{ text_at('data.threatclassification') }}, {{ text_at('data.ruleName') }}, {{ text_at('data.rulename') }}) end as error_type,
    case variant when 'threat' then coalesce({{ text_at('agentRealtimeInfo.siteName') }}, {{ text_at('agentDetectionInfo.siteName') }}) when 'alert of a custom rule' then {{ text_at('agentDetectionInfo.siteName') }} when 'unified alert' then {{ text_at('realTime.scope.site.name') }} when 'threat of API version 2.0' then {{ text_at('siteName') }} when 'activity' then coalesce({{ text_at('siteName') }}, {{ text_at('sitename') }}, {{ text_at('data.siteName') }}, {{ text_at('data.sitename') }}) end as team,
    case variant when 'threat' then coalesce({{ text_at('agentRealtimeInfo.groupName') }}, {{ text_at('agentDetectionInfo.groupName') }}) when 'alert of a custom rule' then {{ text_at('agentDetectionInfo.groupName') }} when 'activity' then coalesce({{ text_at('groupName') }}, {{ text_at('groupname') }}, {{ text_at('data.groupName') }}, {{ text_at('data.groupname') }}) end as environment,
    null::text as external_url,
    case variant when 'threat' then coalesce({{ instant_at('threatInfo.createdAt') }}, {{ instant_at('createdAt') }}, {{ instant_at('threatInfo.identifiedAt') }}) when 'alert of a custom rule' then coalesce({{ instant_at('alertInfo.createdAt') }}, {{ instant_at('alertInfo.reportedAt') }}) when 'unified alert' then coalesce({{ instant_at('createdAt') }}, {{ instant_at('detectedAt') }}) when 'threat of API version 2.0' then {{ instant_at('createdAt') }} when 'activity' then coalesce({{ instant_at('createdAt') }}, {{ instant_at('createdat') }}) end as source_created_at,
    case variant when 'threat' then coalesce({{ instant_at('threatInfo.updatedAt') }}, {{ instant_at('updatedAt') }}) when 'alert of a custom rule' then {{ instant_at('alertInfo.updatedAt') }} when 'unified alert' then {{ instant_at('updatedAt') }} when 'threat of API version 2.0' then {{ instant_at('updatedAt') }} end as resolved_at,
    case variant when 'threat' then jsonb_strip_nulls(jsonb_build_object('mitigation', {{ value_at('threatInfo.mitigationStatus') }}, 'verdict', {{ value_at('threatInfo.analystVerdict') }}, 'sha1', {{ value_at('threatInfo.sha1') }}, 'storyline', {{ value_at('threatInfo.storyline') }})) when 'alert of a custom rule' then jsonb_strip_nulls(jsonb_build_object('verdict', {{ value_at('alertInfo.analystVerdict') }})) when 'unified alert' then jsonb_strip_nulls(jsonb_build_object('verdict', {{ value_at('analystVerdict') }})) when 'activity' then jsonb_strip_nulls(jsonb_build_object('activity_type', coalesce(nullif({{ value_at('activityType') }}, 'null'), nullif({{ value_at('activitytype') }}, 'null')))) else '{}'::jsonb end as attributes
from variants
